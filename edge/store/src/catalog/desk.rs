//! Products as the team works on them.

use super::CatalogStore;
use crate::Statement;
use crate::db::rows;
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::catalog::ImportRun;
use orilla_shop::team::ProductDesk;

#[async_trait]
impl ProductDesk for CatalogStore {
    async fn sold_out(&self) -> Result<u32, PortError> {
        let sql = "SELECT json(count(*)) AS doc FROM cards WHERE available = 0";
        Ok(rows(&*self.db, Statement::new(sql)).await?.pop().unwrap_or_default())
    }

    async fn imports(&self, most: u32) -> Result<Vec<ImportRun>, PortError> {
        let sql = "SELECT json_object('run', run, 'source', source, 'format', format, 'counts',
              json_object('added', added, 'changed', changed, 'unchanged', unchanged),
              'rejected', rejected, 'at', at) AS doc
            FROM import_log ORDER BY id DESC LIMIT ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(most)).await?)
    }
}

//! Categories: the tree, and one category with its name and place.

use super::member::Member;
use super::{error, failure, fields, page, see};
use axum::body::Bytes;
use axum::response::Response;
use http::StatusCode;
use orilla_catalog::CategoryId;
use orilla_shop::PortError;
use orilla_shop::team::{By, Category, CategoryOutcome, CategoryTree, MoveFault};
use orilla_studio::pages::{self, CategoriesPage, CategoryForm, CategoryPage, FormFault, Told};
use std::collections::HashMap;

/// Lines of history on a page.
const HISTORY: u32 = 20;
/// Products that are made anew in one transaction after a move.
const REFRESHED: u32 = 100;
/// Transactions after one answer: a Worker may not go on for ever.
const MOST_ROUNDS: u32 = 400;

/// `GET /studio/categories`.
pub async fn list(member: Member) -> Response {
    let words = member.studio.words();
    let told = match member.visit.query.as_str() {
        "done=deleted" => Told::Done(words.category_deleted().to_owned()),
        "done=gone" => Told::Refused(words.category_gone().to_owned()),
        _ => Told::Nothing,
    };
    // What a move has left to do, if it was interrupted.
    refresh(&member);
    show_list(&member, StatusCode::OK, CategoriesPage { told, ..CategoriesPage::default() }).await
}

async fn show_list(member: &Member, status: StatusCode, shown: CategoriesPage) -> Response {
    let tree = member.team.categories.tree().await;
    let history = member.team.categories.told(None, HISTORY).await;
    match tree.and_then(|tree| Ok((tree, history?))) {
        Ok((tree, history)) => {
            page(status, pages::categories(&member.studio, &CategoriesPage { tree, history, ..shown }))
        }
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/categories`: makes a category. One that is there already stays as it is.
pub async fn create(member: Member, body: Bytes) -> Response {
    let (form, parent) = read(&mut fields(&body));
    let tree = match member.team.categories.tree().await {
        Ok(tree) => tree,
        Err(error) => return failure(&member.studio, &error),
    };
    let path = match parent.and_then(|parent| tree.place(parent, &form.name)) {
        Ok(path) => path,
        Err(fault) => return refuse_new(&member, &tree, form, fault).await,
    };
    match member.team.categories.create(&path, by(&member)).await {
        Ok(CategoryOutcome::Done(id)) => see(&format!("/studio/categories/{}?done=created", id.0)),
        Ok(CategoryOutcome::Unchanged(id)) => see(&format!("/studio/categories/{}?done=there", id.0)),
        // The one above has gone meanwhile.
        Ok(CategoryOutcome::Stale | CategoryOutcome::NotEmpty) => {
            refuse_new(&member, &tree, form, MoveFault::NoParent).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

async fn refuse_new(member: &Member, tree: &CategoryTree, form: CategoryForm, fault: MoveFault) -> Response {
    let faults = vec![pages::move_fault(&member.studio, tree, fault)];
    let shown = CategoriesPage { form, faults, ..CategoriesPage::default() };
    show_list(member, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

/// What the page of a category is shown with.
#[derive(Default)]
struct Shown {
    form: Option<CategoryForm>,
    faults: Vec<FormFault>,
    can_merge: bool,
    is_stale: bool,
    told: Told,
}

/// `GET /studio/categories/12`.
pub async fn show(member: Member) -> Response {
    let words = member.studio.words();
    let done = |text: &str| Told::Done(text.to_owned());
    let told = match member.visit.query.as_str() {
        "done=created" => done(words.category_created()),
        "done=there" => done(words.category_there()),
        "done=saved" => done(words.category_saved()),
        "done=merged" => done(words.category_merged()),
        "done=unchanged" => done(words.category_unchanged()),
        _ => Told::Nothing,
    };
    match found(&member).await {
        Ok(Ok(found)) => render(&member, found, StatusCode::OK, Shown { told, ..Shown::default() }).await,
        Ok(Err(_)) => error(&member.studio, StatusCode::NOT_FOUND),
        Err(error) => failure(&member.studio, &error),
    }
}

/// The category that the path names, with all the others; without it, only those.
async fn found(member: &Member) -> Result<Result<(Category, CategoryTree), CategoryTree>, PortError> {
    let name = member.visit.path.strip_prefix("/studio/categories/").unwrap_or_default();
    let id = name.split('/').next().and_then(|id| id.parse().ok()).map(CategoryId);
    let tree = member.team.categories.tree().await?;
    let category = id.and_then(|id| tree.get(id)).cloned();
    Ok(match category {
        Some(category) => Ok((category, tree)),
        None => Err(tree),
    })
}

async fn render(
    member: &Member,
    (category, tree): (Category, CategoryTree),
    status: StatusCode,
    shown: Shown,
) -> Response {
    let former = member.team.categories.former(category.id).await;
    let history = member.team.categories.told(Some(category.id), HISTORY).await;
    let (former, history) = match former.and_then(|former| Ok((former, history?))) {
        Ok(found) => found,
        Err(error) => return failure(&member.studio, &error),
    };
    let stored = || CategoryForm {
        name: category.name.clone(),
        parent: category.parent.map(|id| id.0.to_string()).unwrap_or_default(),
    };
    let data = CategoryPage {
        form: shown.form.unwrap_or_else(stored),
        faults: shown.faults,
        can_merge: shown.can_merge,
        is_stale: shown.is_stale,
        told: shown.told,
        former,
        history,
        category,
        tree,
    };
    page(status, pages::category(&member.studio, &data))
}

/// `POST /studio/categories/12`: gives it a name and a place.
pub async fn save(member: Member, body: Bytes) -> Response {
    let (category, tree) = match found(&member).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => return see("/studio/categories?done=gone"),
        Err(error) => return failure(&member.studio, &error),
    };
    let mut fields = fields(&body);
    let version = fields.remove("version").and_then(|version| version.parse::<u32>().ok());
    let is_whole = ["name", "parent"].iter().all(|name| fields.contains_key(*name));
    let (Some(version), true) = (version, is_whole) else {
        let told = Told::Refused(member.studio.words().form_stale().to_owned());
        let shown = Shown { told, ..Shown::default() };
        return render(&member, (category, tree), StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let merge = fields.remove("merge").as_deref() == Some("yes");
    let (form, parent) = read(&mut fields);
    let plan = parent.and_then(|parent| tree.plan(category.id, parent, &form.name, merge));
    let is_change = plan.as_ref().map_or(true, |plan| plan.is_change);
    if version != category.version && is_change {
        let shown = Shown { form: Some(form), is_stale: true, ..Shown::default() };
        return render(&member, (category, tree), StatusCode::CONFLICT, shown).await;
    }
    let plan = match plan {
        Ok(plan) => plan,
        Err(fault) => {
            let can_merge = matches!(fault, MoveFault::Exists(_));
            let status = if can_merge { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            let faults = vec![pages::move_fault(&member.studio, &tree, fault)];
            let shown = Shown { form: Some(form), faults, can_merge, ..Shown::default() };
            return render(&member, (category, tree), status, shown).await;
        }
    };
    match member.team.categories.relocate(&plan, by(&member)).await {
        Ok(CategoryOutcome::Done(id)) => {
            refresh(&member);
            let done = if id == category.id { "saved" } else { "merged" };
            see(&format!("/studio/categories/{}?done={done}", id.0))
        }
        Ok(CategoryOutcome::Unchanged(id)) => see(&format!("/studio/categories/{}?done=unchanged", id.0)),
        Ok(CategoryOutcome::Stale | CategoryOutcome::NotEmpty) => match found(&member).await {
            Ok(Ok(found)) => {
                let shown = Shown { form: Some(form), is_stale: true, ..Shown::default() };
                render(&member, found, StatusCode::CONFLICT, shown).await
            }
            Ok(Err(_)) => see("/studio/categories?done=gone"),
            Err(error) => failure(&member.studio, &error),
        },
        Err(error) => failure(&member.studio, &error),
    }
}

/// `POST /studio/categories/12/delete`: deletes it, if nothing stands in it. One that has gone stays so.
pub async fn delete(member: Member, body: Bytes) -> Response {
    let (category, tree) = match found(&member).await {
        Ok(Ok(found)) => found,
        Ok(Err(_)) => return see("/studio/categories?done=deleted"),
        Err(error) => return failure(&member.studio, &error),
    };
    let version = fields(&body).remove("version").and_then(|version| version.parse::<u32>().ok());
    let seen = Category { version: version.unwrap_or(u32::MAX), ..category.clone() };
    let path = tree.spelled(&category.slug);
    match member.team.categories.delete(&seen, &path, by(&member)).await {
        Ok(CategoryOutcome::Done(_) | CategoryOutcome::Unchanged(_)) => {
            see("/studio/categories?done=deleted")
        }
        Ok(CategoryOutcome::Stale) => {
            let shown = Shown { is_stale: true, ..Shown::default() };
            render(&member, (category, tree), StatusCode::CONFLICT, shown).await
        }
        Ok(CategoryOutcome::NotEmpty) => {
            let told = Told::Refused(member.studio.words().category_not_empty().to_owned());
            render(&member, (category, tree), StatusCode::CONFLICT, Shown { told, ..Shown::default() }).await
        }
        Err(error) => failure(&member.studio, &error),
    }
}

fn by(member: &Member) -> By<'_> {
    By { member: member.name(), at: member.visit.host.clock.now() }
}

/// Makes products anew after the answer, until none waits. If it is interrupted, the list of categories goes on.
fn refresh(member: &Member) {
    let categories = member.team.categories.clone();
    member.visit.host.background.run(Box::pin(async move {
        // What fails is tried again by the next look at the list.
        for _ in 0..MOST_ROUNDS {
            match categories.refresh(REFRESHED).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }));
}

/// The form, and the category that it names as the one above: `None` at the top.
fn read(fields: &mut HashMap<String, String>) -> (CategoryForm, Result<Option<CategoryId>, MoveFault>) {
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let form = CategoryForm { name: take("name"), parent: take("parent") };
    let parent = match form.parent.as_str() {
        "" => Ok(None),
        // Of what is no number, there is no category.
        id => id.parse().map(|id| Some(CategoryId(id))).map_err(|_| MoveFault::NoParent),
    };
    (form, parent)
}

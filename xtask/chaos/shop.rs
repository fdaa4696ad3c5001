//! The shop over HTTP, as its owner and as devices reach it.

use crate::Result;
use serde_json::{Value, json};
use std::time::Duration;

/// How often the owner asks again while the shop is on its way, and the pause in between.
const PATIENCE: u32 = 300;
const PAUSE: Duration = Duration::from_millis(500);
/// A device waits no longer for an answer.
const ANSWER: Duration = Duration::from_secs(20);

/// A product with one variant.
#[derive(Clone, Debug)]
pub struct Product {
    pub handle: String,
    /// What a piece costs, in cents.
    pub price: i64,
    /// The pieces that there were at first.
    pub stock: u32,
    /// The variant's number.
    pub variant: i64,
}

impl Product {
    pub fn new(handle: String, price: i64, stock: u32) -> Self {
        Product { handle, price, stock, variant: 0 }
    }
}

/// An answer, as a browser gets it.
pub struct Sent {
    pub status: u16,
    /// What is in `Set-Cookie`.
    pub cookies: Vec<String>,
    pub body: String,
}

/// An order in the team's list.
pub struct Ordered {
    pub email: String,
    pub number: i64,
    pub pieces: u32,
}

pub struct Shop {
    url: String,
    bearer: String,
    agent: ureq::Agent,
}

impl Shop {
    /// `ORILLA_URL` and `ORILLA_STUDIO_TOKEN`.
    pub fn of_environment() -> Result<Shop> {
        let variable = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER));
        Ok(Shop {
            url: variable("ORILLA_URL")?,
            bearer: format!("Bearer {}", variable("ORILLA_STUDIO_TOKEN")?),
            agent: config.build().into(),
        })
    }

    /// Whether it answers.
    pub fn answers(&self) -> bool {
        self.get("/device/current").is_ok_and(|(status, _)| status == 200)
    }

    /// Sends an order as a device does, or, without a body, that it is not wanted any more: the status, `Retry-After`,
    /// the body.
    pub fn order(&self, key: &str, body: Option<&str>) -> Result<(u16, u32, Vec<u8>)> {
        let address = format!("{}/api/v1/orders", self.url);
        let answer = match body {
            Some(body) => {
                let request = self.agent.post(address).header("content-type", "application/json");
                request.header("idempotency-key", key).send(body)
            }
            None => self.agent.delete(address).header("idempotency-key", key).call(),
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let wait = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = answer.body_mut().read_to_vec().map_err(|error| error.to_string())?;
        Ok((answer.status().as_u16(), wait.unwrap_or_default(), body))
    }

    /// Sends something as a browser with these cookies does.
    pub fn send(&self, path: &str, media_type: &str, cookies: &str, body: &str) -> Result<Sent> {
        let request = self.agent.post(format!("{}{path}", self.url)).header("content-type", media_type);
        let request = request.header("cookie", cookies).header("sec-fetch-site", "same-origin");
        let mut answer = request.send(body).map_err(|error| error.to_string())?;
        let set = answer.headers().get_all("set-cookie").iter();
        let cookies = set.filter_map(|cookie| cookie.to_str().ok().map(str::to_owned)).collect();
        let body = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        Ok(Sent { status: answer.status().as_u16(), cookies, body })
    }

    /// Puts a product into the catalogue, or another price: what was sold of it stays sold.
    pub fn import(&self, product: &Product) -> Result<()> {
        let Product { handle, price, stock, .. } = product;
        let price = json!({ "minor": price, "currency": "EUR" });
        let variant = json!({ "sku": handle, "price": price, "available": stock });
        let document =
            json!({ "handle": handle, "title": handle, "status": "active", "variants": [variant] });
        self.owner("POST", "/studio/api/import?format=ndjson&source=chaos", &document.to_string()).map(drop)
    }

    pub fn publish(&self) -> Result<()> {
        self.owner("POST", "/studio/api/publish", "{}").map(drop)
    }

    /// The product with its number, once the API shows it.
    pub fn numbered(&self, product: Product) -> Result<Product> {
        let path = format!("/api/v1/products/{}", product.handle);
        for _ in 0..PATIENCE {
            let found = self.owner("GET", &path, "").ok();
            if let Some(variant) = found.and_then(|found| found.pointer("/variants/0/id")?.as_i64()) {
                return Ok(Product { variant, ..product });
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("{path} shows no variant"))
    }

    /// All orders.
    pub fn orders(&self) -> Result<Vec<Ordered>> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.owner("GET", &format!("/studio/api/orders?limit=100{cursor}"), "")?;
            let listed = page.get("orders").and_then(Value::as_array).ok_or("the list of orders has none")?;
            for order in listed {
                let text =
                    |name: &str| order.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let number = |name: &str| order.get(name).and_then(Value::as_i64).unwrap_or_default();
                let pieces = u32::try_from(number("pieces")).unwrap_or_default();
                all.push(Ordered { email: text("email"), number: number("number"), pieces });
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    /// What is left of a product.
    pub fn left(&self, product: &Product) -> Result<i64> {
        self.publish()?;
        for _ in 0..PATIENCE {
            let text = self.owner_text("GET", "/studio/api/export", "")?;
            let documents = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let mut ours = documents
                .filter(|found| found.get("handle").and_then(Value::as_str) == Some(&product.handle));
            if let Some(left) = ours.next().and_then(|found| found.pointer("/variants/0/available")?.as_i64())
            {
                return Ok(left);
            }
        }
        Err(format!("{} is not in the export", product.handle))
    }

    fn owner(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let text = self.owner_text(method, path, body)?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    }

    /// What the owner does has the effect of once, however often it is asked for.
    fn owner_text(&self, method: &str, path: &str, body: &str) -> Result<String> {
        let mut last = String::new();
        for _ in 0..PATIENCE {
            match self.ask(method, path, body) {
                Ok((200, text)) => return Ok(text),
                Ok((404, text)) => return Err(format!("{path}: {text}")),
                Ok((status, text)) => last = format!("{status} {text}"),
                Err(error) => last = error,
            }
            std::thread::sleep(PAUSE);
        }
        Err(format!("{method} {path}: {last}"))
    }

    fn get(&self, path: &str) -> Result<(u16, String)> {
        self.ask("GET", path, "")
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
        let url = format!("{}{path}", self.url);
        let answer = match method {
            "GET" => self.agent.get(url).header("authorization", &self.bearer).call(),
            _ => {
                let request = self.agent.post(url).header("authorization", &self.bearer);
                request.header("content-type", "application/json").send(body)
            }
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        Ok((answer.status().as_u16(), text))
    }
}

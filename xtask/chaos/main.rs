//! `orilla-chaos`: devices whose orders wait for a network, simulated on the outbox and the API that the real ones use,
//! against a running shop that somebody else stops and starts (`cargo xtask chaos device`).
// A host program: it waits for a shop that is on its way, and its mistakes end it.
#![allow(clippy::disallowed_methods)]

mod device;
mod dice;
mod network;
mod shop;
mod shopper;
mod verdict;

use device::Device;
use dice::Dice;
use network::Weather;
use shop::{Product, Shop};
use shopper::Shopper;
use std::process::ExitCode;
use std::sync::Mutex;
use verdict::{Carts, Verdict};

/// An error is one line for the one who looks.
pub type Result<T> = std::result::Result<T, String>;

/// Devices that act at the same time.
const HANDS: usize = 24;
/// Orders for each shopper with an account, and how many of those there are at most; how many act at the same time.
const ORDERS_OF_SHOPPER: usize = 50;
const MOST_SHOPPERS: usize = 100;
const SHOPPERS_AT_ONCE: usize = 2;
/// Products that are sold, and the orders that there are for each piece of their stock: not all can have one.
const PRODUCTS: usize = 6;
const WANTED_OF_STOCK: f64 = 1.3;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// `orilla-chaos ORDERS SEED`, with the shop in the environment. Says whether all is as it should be.
fn run() -> Result<bool> {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let [orders, seed] = numbers.as_slice() else {
        return Err("name the number of orders and the seed".into());
    };
    let orders = usize::try_from(*orders).map_err(|error| error.to_string())?;
    let shop = Shop::of_environment()?;
    let mut dice = Dice::new(*seed);
    let products = stocked(&shop, orders, &mut dice)?;
    let weather = Weather::new(&shop);
    let stalls = Mutex::new(products);
    let mut devices = Vec::new();
    let mut left = orders;
    while left > 0 {
        let wishes = usize::try_from(dice.below(8) + 1).unwrap_or(1).min(left);
        left -= wishes;
        devices.push(Device::new(devices.len(), wishes, dice.fork()));
    }
    let queue = Mutex::new(devices);
    let done = Mutex::new(Vec::new());
    let owner = Mutex::new(dice.fork());
    let shoppers = (1..=u8::try_from((orders / ORDERS_OF_SHOPPER).clamp(1, MOST_SHOPPERS)).unwrap_or(1))
        .map(|seed| Shopper::new(seed, dice.fork()));
    let shoppers = Mutex::new(shoppers.collect::<Vec<_>>());
    let carts = Mutex::new(Carts::default());
    let named = stalls.lock().map_err(|_| "nobody has it yet")?.clone();
    std::thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                loop {
                    let Some(mut device) = queue.lock().ok().and_then(|mut queue| queue.pop()) else {
                        return;
                    };
                    device.live(&weather, &shop, &stalls, &owner);
                    if let Ok(mut done) = done.lock() {
                        done.push(device);
                    }
                }
            });
        }
        for _ in 0..SHOPPERS_AT_ONCE {
            scope.spawn(|| {
                while let Some(mut shopper) = shoppers.lock().ok().and_then(|mut shoppers| shoppers.pop()) {
                    let is_one =
                        shopper.live(&shop, &named).inspect_err(|error| eprintln!("a cart: {error}"));
                    if let Ok(mut carts) = carts.lock() {
                        carts.all += 1;
                        carts.apart += usize::from(is_one != Ok(true));
                    }
                }
            });
        }
    });
    weather.deliver_all();
    let devices = done.into_inner().map_err(|_| "a device panicked")?;
    let products = stalls.into_inner().map_err(|_| "a device panicked")?;
    let carts = carts.into_inner().map_err(|_| "a shopper panicked")?;
    let verdict = Verdict::reach(&shop, &products, &devices, carts)?;
    println!("{}", verdict.table(*seed, &weather));
    Ok(verdict.is_good(orders))
}

/// The shop's products, of which there are fewer than is wanted.
fn stocked(shop: &Shop, orders: usize, dice: &mut Dice) -> Result<Vec<Product>> {
    // Two pieces an order on the average.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small"
    )]
    let each = (2.0 * orders as f64 / WANTED_OF_STOCK / PRODUCTS as f64).ceil() as u32;
    let products =
        (0..PRODUCTS).map(|at| Product::new(format!("chaos-{at}"), 1_000 + 10 * dice.price(), each));
    let products: Vec<_> = products.collect();
    for product in &products {
        shop.import(product)?;
    }
    shop.publish()?;
    products.into_iter().map(|product| shop.numbered(product)).collect()
}

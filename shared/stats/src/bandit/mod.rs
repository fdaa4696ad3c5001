//! Bandits: experiments that send more people to what seems better while they run.

mod adaptive;
mod belief;
mod contextual;
mod running;
mod top_two;

pub use adaptive::{
    AdaptiveEffect, Period, WeightedMean, adaptive_effect, adaptive_means, comparable_means, variance_within,
};
pub use belief::{Belief, best_arm_probabilities};
pub use contextual::{LinearArm, LinearBandit, Policy, Prediction};
pub use running::Bandit;
pub use top_two::{Schedule, TopTwo};

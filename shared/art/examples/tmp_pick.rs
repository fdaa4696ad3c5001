//! tmp
use orilla_art::Sketch;
fn main(){ for l in std::io::stdin().lines(){ let l=l.unwrap(); let s=Sketch::of(&l,None,None); println!("{}\t{}",s.path(),l);} }

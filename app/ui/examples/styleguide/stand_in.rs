pub struct Sketch(usize);
impl Sketch {
    pub fn of(t: &str, _: Option<&str>, _: Option<&str>) -> Self {
        Sketch(t.len())
    }
    pub fn path(&self) -> String {
        format!("p{}.svg", self.0)
    }
    pub fn svg(&self) -> String {
        let hue = self.0 * 37 % 360;
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400'><rect width='400' height='400' fill='hsl({hue} 30% 86%)'/><circle cx='200' cy='190' r='90' fill='hsl({hue} 45% 45%)'/><rect x='120' y='270' width='160' height='20' rx='10' fill='hsl({hue} 40% 30%)'/></svg>"
        )
    }
}

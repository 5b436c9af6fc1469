//! Places outside of the city: real towns of Japan with an invented number, for moves, 本籍 and letters.

use crate::dice::Dice;
use crate::place::{MINATO, Place, YAMATE};
use std::sync::LazyLock;

/// A town elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Elsewhere {
    /// 兵庫県神戸市中央区加納町.
    area: String,
    /// Seven digits.
    pub postal_code: &'static str,
}

fn towns(code: &'static str, most: usize) -> impl Iterator<Item = Elsewhere> {
    reference::postal::towns(code)
        .filter(|t| t.note.is_empty() && !t.name.is_empty() && !t.name.contains(['（', '、', '～']))
        .take(most)
        .map(|t| Elsewhere { area: t.address(), postal_code: t.postal_code })
}

fn of_prefecture(code: &str) -> Vec<Elsewhere> {
    reference::municipality::municipalities_of(code).flat_map(|m| towns(m.code, 30)).collect()
}

/// Towns of the prefectures of our cities, and a few of every municipality of Japan.
static MINATOS: LazyLock<Vec<Elsewhere>> = LazyLock::new(|| of_prefecture(MINATO.prefecture));
static YAMATES: LazyLock<Vec<Elsewhere>> = LazyLock::new(|| of_prefecture(YAMATE.prefecture));
static FAR: LazyLock<Vec<Elsewhere>> =
    LazyLock::new(|| reference::municipality::all().filter(|m| !m.is_prefecture()).flat_map(|m| towns(m.code, 2)).collect());

/// A town: two of three in the prefecture.
pub(crate) fn town(place: &Place, dice: &mut Dice) -> &'static Elsewhere {
    let near = if *place == YAMATE { &*YAMATES } else { &*MINATOS };
    if dice.per_mille(660) { dice.pick(near) } else { dice.pick(&FAR) }
}

/// A town outside of the prefecture's list of neighbours: anywhere in Japan.
pub(crate) fn far_town(dice: &mut Dice) -> &'static Elsewhere {
    dice.pick(&FAR)
}

impl Elsewhere {
    /// The town with a house number.
    pub fn address(&self, dice: &mut Dice) -> String {
        if self.area.ends_with("丁目") {
            format!("{}{}番{}号", self.area, dice.between(1, 40), dice.between(1, 30))
        } else if dice.per_mille(500) {
            format!("{}{}丁目{}番{}号", self.area, dice.between(1, 4), dice.between(1, 28), dice.between(1, 30))
        } else {
            format!("{}{}番地{}", self.area, dice.between(10, 1_900), dice.between(1, 9))
        }
    }

    /// The town with a 番地, as 本籍.
    pub fn koseki_place(&self, dice: &mut Dice) -> String {
        format!("{}{}番地", self.area, dice.between(10, 1_900))
    }
}

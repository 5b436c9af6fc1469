//! The inventory: 83 interface ids between a city and its gateway, with name, direction and style.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

const FILE: &str = include_str!("../../../data/interfaces.toml");

/// Why the inventory cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InventoryError {
    /// The file is not TOML of the expected form.
    #[error("インターフェイス一覧を読めません: {0}。行の形を確かめてください")]
    Unreadable(String),
    /// Two rows with one id, or a style that its last digit contradicts.
    #[error("インターフェイス一覧の {0} が重複しているか、方式が番号の末尾と合いません")]
    Contradiction(String),
}

/// 機能: the group an interface belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Function {
    /// 情報照会.
    Ski,
    /// 情報提供.
    Tky,
    /// 情報提供等記録管理.
    Tkm,
    /// 情報提供データベース(副本)管理.
    Dbm,
    /// マスター.
    Scm,
    /// 稼動状態.
    Sym,
    /// 自己情報.
    Jtk,
    /// お知らせ.
    Osr,
    /// 符号管理.
    Fgu,
}

/// Who begins the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The city calls its gateway.
    CityToGateway,
    /// The gateway calls the city.
    GatewayToCity,
}

/// How the call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// One record, answered at once (last digit 1 or 2).
    Single,
    /// A file is registered and its result fetched later (last digit 3 or 4).
    File,
    /// The gateway sends by itself (last digit 5).
    Push,
}

/// An interface id such as `SKI_10111`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InterfaceId(String);

impl fmt::Display for InterfaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl InterfaceId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The style that the last digit says.
    pub fn style(&self) -> Option<Style> {
        match self.0.bytes().last()? {
            b'1' | b'2' => Some(Style::Single),
            b'3' | b'4' => Some(Style::File),
            b'5' => Some(Style::Push),
            _ => None,
        }
    }

    /// The function that the first three letters say.
    pub fn function(&self) -> Option<Function> {
        Some(match self.0.get(..3)? {
            "SKI" => Function::Ski,
            "TKY" => Function::Tky,
            "TKM" => Function::Tkm,
            "DBM" => Function::Dbm,
            "SCM" => Function::Scm,
            "SYM" => Function::Sym,
            "JTK" => Function::Jtk,
            "OSR" => Function::Osr,
            "FGU" => Function::Fgu,
            _ => return None,
        })
    }
}

/// One row of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interface {
    /// Its id.
    pub id: InterfaceId,
    /// Its name, in the words of the specification.
    pub name: String,
    /// Who begins.
    pub direction: Direction,
    /// How.
    pub style: Style,
}

/// All interfaces, in the order of the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory(Vec<Interface>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    interface: Vec<Interface>,
}

impl Inventory {
    /// The inventory shipped with the program.
    ///
    /// # Errors
    /// [`InventoryError`] when the shipped file is broken, which its test excludes.
    pub fn load() -> Result<Self, InventoryError> {
        Self::parse(FILE)
    }

    /// Reads an inventory.
    ///
    /// # Errors
    /// [`InventoryError`].
    pub fn parse(text: &str) -> Result<Self, InventoryError> {
        let file: File = toml::from_str(text).map_err(|e| InventoryError::Unreadable(e.to_string()))?;
        let mut seen = std::collections::BTreeSet::new();
        for row in &file.interface {
            if !seen.insert(&row.id) || row.id.style() != Some(row.style) || row.id.function().is_none() {
                return Err(InventoryError::Contradiction(row.id.to_string()));
            }
        }
        Ok(Self(file.interface))
    }

    /// All rows.
    pub fn all(&self) -> &[Interface] {
        &self.0
    }

    /// The row with this id, or `None` for an id that is not in the inventory.
    pub fn find(&self, id: &str) -> Option<&Interface> {
        self.0.iter().find(|row| row.id.as_str() == id)
    }
}

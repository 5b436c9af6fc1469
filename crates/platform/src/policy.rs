//! Who may do what with which field group, for which purpose: Cedar decides, default deny.

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression, Schema, ValidationMode,
    Validator,
};
use kernel::access::{Action, Relation};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;
use thiserror::Error;

/// A field group: the unit of access control. Every column of every register belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldGroup {
    /// Key, `PROGRAMME.NAME`.
    pub key: &'static str,
    /// Name on screen and in a resident's access list.
    pub name_ja: &'static str,
    /// Says where somebody lives or goes to school.
    pub location: bool,
    /// 個人番号, 住民票コード, accounts.
    pub secret: bool,
}

impl FieldGroup {
    /// An ordinary group.
    pub const fn plain(key: &'static str, name_ja: &'static str) -> Self {
        Self { key, name_ja, location: false, secret: false }
    }

    /// A group that says where somebody is.
    pub const fn location(key: &'static str, name_ja: &'static str) -> Self {
        Self { key, name_ja, location: true, secret: false }
    }

    /// A group of secrets.
    pub const fn secret(key: &'static str, name_ja: &'static str) -> Self {
        Self { key, name_ja, location: false, secret: true }
    }

    fn programme(&self) -> &'static str {
        self.key.split('.').next().unwrap_or_default()
    }
}

/// The groups of the platform's own tasks.
pub const SYSTEM_GROUPS: &[FieldGroup] = &[
    FieldGroup::plain("system.desk", "自分の仕事"),
    FieldGroup::plain("system.case", "案件"),
    FieldGroup::plain("system.approval", "決裁"),
    FieldGroup::plain("system.job", "一括処理"),
    FieldGroup::plain("system.audit", "閲覧記録"),
    FieldGroup::plain("system.staff", "職員・権限"),
];

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    /// Office code, for instance `shimin`.
    pub office: String,
    /// 1 係員, 2 係長, 3 課長, 4 部長.
    pub rank: i64,
    /// Additional roles of the post.
    pub roles: Vec<String>,
}

/// Under which circumstances.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// Purpose code; empty when none is chosen.
    pub purpose: String,
    /// Ground of the open case; empty without one.
    pub ground: String,
    /// How the person came into view.
    pub relation: Relation,
    /// The person is under 支援措置.
    pub protected: bool,
    /// The location was released for this case by two people.
    pub released: bool,
}

/// A defect in the policies or the schema: the program does not start.
#[derive(Debug, Error)]
#[error("権限の定義に誤りがあります: {0}")]
pub struct PolicyError(String);

/// The policy set, validated against its schema and the known field groups.
pub struct Policy {
    authorizer: Authorizer,
    policies: PolicySet,
    groups: BTreeMap<&'static str, FieldGroup>,
    schema: Schema,
}

impl Policy {
    /// Loads schema and policies (file name, text) and validates them strictly.
    ///
    /// # Errors
    /// [`PolicyError`] for anything that does not parse or validate.
    pub fn load(schema: &str, files: &[(&str, &str)], groups: &[FieldGroup]) -> Result<Self, PolicyError> {
        let (schema, _) = Schema::from_cedarschema_str(schema).map_err(|e| PolicyError(e.to_string()))?;
        let mut policies = PolicySet::new();
        for (file, text) in files {
            let set = PolicySet::from_str(text).map_err(|e| PolicyError(format!("{file}: {e}")))?;
            for policy in set.policies() {
                let id = policy.annotation("id").ok_or_else(|| PolicyError(format!("{file}: @id がない規則があります")))?;
                let named = policy.new_id(cedar_policy::PolicyId::new(id));
                policies.add(named).map_err(|e| PolicyError(format!("{file}: {e}")))?;
            }
        }
        let result = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(PolicyError(error.to_string()));
        }
        let groups = SYSTEM_GROUPS.iter().chain(groups).map(|g| (g.key, *g)).collect();
        Ok(Self { authorizer: Authorizer::new(), policies, groups, schema })
    }

    /// The known field groups, by key.
    pub fn groups(&self) -> impl Iterator<Item = &FieldGroup> {
        self.groups.values()
    }

    /// A group by key.
    pub fn group(&self, key: &str) -> Option<&FieldGroup> {
        self.groups.get(key)
    }

    /// May they? Unknown groups and any error mean no.
    pub fn allows(&self, who: &Principal, action: Action, group: &str, when: &Circumstances) -> bool {
        self.decide(who, action, group, when).unwrap_or(false)
    }

    fn decide(&self, who: &Principal, action: Action, group: &str, when: &Circumstances) -> Option<bool> {
        let group = self.groups.get(group)?;
        let principal = uid("Session", "current")?;
        let resource = uid("Group", group.key)?;
        let text = |s: &str| RestrictedExpression::new_string(s.to_owned());
        let roles = RestrictedExpression::new_set(who.roles.iter().map(|r| text(r)));
        let session = HashMap::from([
            ("office".to_owned(), text(&who.office)),
            ("rank".to_owned(), RestrictedExpression::new_long(who.rank)),
            ("roles".to_owned(), roles),
        ]);
        let group_attributes = HashMap::from([
            ("programme".to_owned(), text(group.programme())),
            ("location".to_owned(), RestrictedExpression::new_bool(group.location)),
            ("secret".to_owned(), RestrictedExpression::new_bool(group.secret)),
        ]);
        let relation = match when.relation {
            Relation::AskedFor => "asked_for",
            Relation::Incidental => "incidental",
        };
        let context = Context::from_pairs([
            ("purpose".to_owned(), text(&when.purpose)),
            ("ground".to_owned(), text(&when.ground)),
            ("relation".to_owned(), text(relation)),
            ("protected".to_owned(), RestrictedExpression::new_bool(when.protected)),
            ("released".to_owned(), RestrictedExpression::new_bool(when.released)),
        ])
        .ok()?;
        let entities = Entities::from_entities(
            [
                Entity::new(principal.clone(), session, HashSet::new()).ok()?,
                Entity::new(resource.clone(), group_attributes, HashSet::new()).ok()?,
            ],
            None,
        )
        .ok()?;
        let request = Request::new(principal, uid("Action", action.code())?, resource, context, Some(&self.schema)).ok()?;
        Some(self.authorizer.is_authorized(&request, &self.policies, &entities).decision() == Decision::Allow)
    }
}

fn uid(kind: &str, id: &str) -> Option<EntityUid> {
    let kind = cedar_policy::EntityTypeName::from_str(kind).ok()?;
    Some(EntityUid::from_type_name_and_id(kind, cedar_policy::EntityId::new(id)))
}

/// The policies shipped with the product.
pub const SCHEMA: &str = include_str!("../../../policies/schema.cedarschema");
/// Policy files shipped with the product.
pub const POLICIES: &[(&str, &str)] = &[
    ("base.cedar", include_str!("../../../policies/base.cedar")),
    ("system.cedar", include_str!("../../../policies/system.cedar")),
    ("juki.cedar", include_str!("../../../policies/juki.cedar")),
    ("kodomo.cedar", include_str!("../../../policies/kodomo.cedar")),
    ("hub.cedar", include_str!("../../../policies/hub.cedar")),
    ("renkei.cedar", include_str!("../../../policies/renkei.cedar")),
];

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: &[FieldGroup] = &[
        FieldGroup::plain("juki.identify", "氏名"),
        FieldGroup::location("juki.address", "住所"),
        FieldGroup::secret("juki.mynumber", "個人番号"),
        FieldGroup::plain("kodomo.eligibility", "資格"),
    ];

    fn policy() -> Policy {
        Policy::load(SCHEMA, POLICIES, GROUPS).unwrap()
    }

    fn clerk(office: &str) -> Principal {
        Principal { office: office.into(), rank: 1, roles: vec![] }
    }

    fn case(purpose: &str) -> Circumstances {
        Circumstances {
            purpose: purpose.into(),
            ground: "受付".into(),
            relation: Relation::AskedFor,
            protected: false,
            released: false,
        }
    }

    #[test]
    fn without_a_case_nobody_sees_a_person() {
        let p = policy();
        assert!(p.allows(&clerk("shimin"), Action::Look, "juki.address", &case("juki")));
        let none = Circumstances { ground: String::new(), ..case("juki") };
        assert!(!p.allows(&clerk("shimin"), Action::Look, "juki.address", &none));
    }

    #[test]
    fn each_office_sees_only_what_its_purpose_needs() {
        let p = policy();
        assert!(p.allows(&clerk("iryo"), Action::Look, "juki.address", &case("kodomo")));
        assert!(!p.allows(&clerk("iryo"), Action::Look, "juki.address", &case("juki")));
        assert!(!p.allows(&clerk("iryo"), Action::Draft, "juki.address", &case("kodomo")));
        assert!(!p.allows(&clerk("shimin"), Action::Look, "kodomo.eligibility", &case("juki")));
        assert!(!p.allows(&clerk("joho"), Action::Look, "juki.address", &case("juki")));
        assert!(!p.allows(&clerk("shimin"), Action::Look, "juki.unknown", &case("juki")));
    }

    #[test]
    fn a_protected_persons_address_needs_the_release_of_two() {
        let p = policy();
        let protected = Circumstances { protected: true, ..case("kodomo") };
        assert!(!p.allows(&clerk("iryo"), Action::Look, "juki.address", &protected));
        assert!(p.allows(&clerk("iryo"), Action::Look, "juki.identify", &protected));
        let released = Circumstances { released: true, ..case("juki") };
        assert!(p.allows(&clerk("shimin"), Action::Print, "juki.address", &Circumstances { protected: true, ..released }));
    }

    #[test]
    fn a_secret_is_never_shown_along_the_way() {
        let p = policy();
        let incidental = Circumstances { relation: Relation::Incidental, ..case("juki") };
        assert!(p.allows(&clerk("shimin"), Action::Look, "juki.mynumber", &case("juki")));
        assert!(!p.allows(&clerk("shimin"), Action::Look, "juki.mynumber", &incidental));
    }

    #[test]
    fn deciding_needs_rank() {
        let p = policy();
        let head = Principal { rank: 2, ..clerk("shimin") };
        assert!(!p.allows(&clerk("shimin"), Action::Decide, "juki.identify", &case("juki")));
        assert!(p.allows(&head, Action::Decide, "juki.identify", &case("juki")));
    }
}

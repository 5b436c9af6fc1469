//! TKM and DBM: records and the replica.

use super::Case;
use super::support::calls::{answered, asked, count, known, permit, single};
use super::support::{A, B, CHILDCARE, World, dan, key, request, tax, taxed};
use serde_json::{Value as Json, json};

pub struct Records;
impl Case for Records {
    async fn good(world: &World) -> Json {
        answered(world).await;
        json!({ "dan": dan(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": "123" }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        let record = &answer[0]["record"];
        assert_eq!((&record["asker"], &record["provider"], &record["procedure"]), (&json!(A), &json!(B), &json!(CHILDCARE)));
        assert!(record["provided_at"].is_string() && answer[0]["dan"] == json!(dan(1)), "{answer}");
    }
    async fn effect(world: &World) {
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_record where provided_at is not null and not hidden").await,
            1
        );
    }
}

pub struct RecordMark;
impl Case for RecordMark {
    async fn good(world: &World) -> Json {
        answered(world).await;
        json!({ "record": permit(world).await, "hidden": true })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "record": request(8), "hidden": false }), "CONFLICT")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["hidden"], json!(true));
    }
    async fn effect(world: &World) {
        world.settle().await;
        for side in [&world.a, &world.b] {
            assert_eq!(count(side, "select count(*) as n from gateway_record where hidden").await, 1, "on both sides");
        }
        assert_eq!(count(&world.b, "select count(*) as n from gateway_hiding").await, 0, "the network has confirmed");
    }
}

pub struct ReplicaUpdate;
impl Case for ReplicaUpdate {
    async fn good(world: &World) -> Json {
        known(world).await;
        json!(taxed(2, &dan(1), "130000"))
    }
    fn bad() -> (Json, &'static str) {
        let old = wire::replica::ReplicaRecord { data_set: tax(9), ..taxed(3, &dan(1), "1") };
        (json!(old), "MASTER_VERSION_MISMATCH")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["serial"], json!(2));
    }
    async fn effect(world: &World) {
        let place = json!({ "dan": dan(1), "data_set": tax(1), "key": "2026" });
        let detail = single(&world.b, "DBM_30212", &place).await.unwrap();
        assert_eq!(detail["items"]["市町村民税所得割額"], json!({ "given": "130000" }));
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 1);
    }
}

pub struct ReplicaList;
impl Case for ReplicaList {
    async fn good(world: &World) -> Json {
        known(world).await;
        json!({ "dan": dan(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": "0" }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        let line = &answer[0];
        assert_eq!((&line["serial"], &line["key"], &line["from"]), (&json!(1), &json!("2026"), &json!("2026-06-01")));
        assert!(line.get("items").is_none(), "a list has no contents");
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select change as n from gateway_turn").await, 1, "looking changes nothing");
    }
}

pub struct ReplicaDetail;
impl Case for ReplicaDetail {
    async fn good(world: &World) -> Json {
        known(world).await;
        json!({ "dan": dan(1), "data_set": tax(1), "key": "2026" })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": dan(1), "data_set": tax(1), "key": "2025" }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!(*answer, json!(taxed(1, &dan(1), "120000")));
    }
    async fn effect(world: &World) {
        ReplicaList::effect(world).await;
    }
}

pub struct ReplicaSearch;
impl Case for ReplicaSearch {
    async fn good(world: &World) -> Json {
        known(world).await;
        let future = wire::replica::ReplicaRecord {
            key: key("2027"),
            published: kernel::time::Period { from: kernel::Date::constant(2027, 6, 1), to: None },
            ..taxed(2, &dan(1), "1")
        };
        world.b.keeper.load(&[future]).await.unwrap();
        json!({ "dan": dan(1), "data_set": tax(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": dan(1), "data_set": "tax" }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer.as_array().unwrap().len(), 1, "only what is published today");
        assert_eq!(answer[0]["items"]["市町村民税均等割額"], json!({ "given": "3000" }));
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica").await, 2);
    }
}

pub struct BlockRecord;
impl Case for BlockRecord {
    async fn good(world: &World) -> Json {
        known(world).await;
        json!({ "dan": dan(1), "data_set": tax(1), "key": "2026", "on": true })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": dan(1), "data_set": tax(1), "key": "1999", "on": true }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!(*answer, json!({ "no_automatic": true, "undisclosed": false }));
    }
    async fn effect(world: &World) {
        asked(world).await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where hold = 'record'").await, 1);
        world.b.keeper.load(&[taxed(2, &dan(1), "5")]).await.unwrap();
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_replica where no_automatic").await,
            1,
            "a later load keeps it"
        );
    }
}

pub struct BlockPerson;
impl Case for BlockPerson {
    async fn good(world: &World) -> Json {
        known(world).await;
        json!({ "dan": dan(1), "on": true })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": dan(1) }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        assert_eq!(*answer, json!({ "no_automatic": true, "undisclosed": false }));
    }
    async fn effect(world: &World) {
        asked(world).await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where hold = 'person'").await, 1);
    }
}

pub struct HideRecord;
impl Case for HideRecord {
    async fn good(world: &World) -> Json {
        BlockRecord::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        BlockRecord::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(*answer, json!({ "no_automatic": false, "undisclosed": true }));
    }
    async fn effect(world: &World) {
        asked(world).await;
        for side in [&world.a, &world.b] {
            assert_eq!(count(side, "select count(*) as n from gateway_record where hidden").await, 1);
        }
    }
}

pub struct HidePerson;
impl Case for HidePerson {
    async fn good(world: &World) -> Json {
        BlockPerson::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        BlockPerson::bad()
    }
    fn answer(answer: &Json) {
        HideRecord::answer(answer);
    }
    async fn effect(world: &World) {
        HideRecord::effect(world).await;
    }
}

pub struct Recipients;
impl Case for Recipients {
    async fn good(world: &World) -> Json {
        answered(world).await;
        json!({ "dan": dan(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "dan": "" }), "BAD_REQUEST")
    }
    fn answer(answer: &Json) {
        let one = &answer[0];
        assert_eq!((&one["asker"], &one["procedure"], &one["version"]), (&json!(A), &json!(CHILDCARE), &json!(1)));
    }
    async fn effect(world: &World) {
        Records::effect(world).await;
    }
}

pub struct PersonFlags;
impl Case for PersonFlags {
    async fn good(world: &World) -> Json {
        single(&world.b, "DBM_80111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
        json!({ "dan": dan(1) })
    }
    fn bad() -> (Json, &'static str) {
        ReplicaList::bad()
    }
    fn answer(answer: &Json) {
        HideRecord::answer(answer);
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_person where undisclosed and not no_automatic").await, 1);
    }
}

pub struct RecordFlags;
impl Case for RecordFlags {
    async fn good(world: &World) -> Json {
        let flag = BlockRecord::good(world).await;
        single(&world.b, "DBM_40111", &flag).await.unwrap();
        json!({ "dan": dan(1), "data_set": tax(1), "key": "2026" })
    }
    fn bad() -> (Json, &'static str) {
        ReplicaDetail::bad()
    }
    fn answer(answer: &Json) {
        BlockRecord::answer(answer);
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_replica where no_automatic and not undisclosed").await, 1);
    }
}

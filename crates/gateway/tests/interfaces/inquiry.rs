//! SKI and TKY: asking and providing.

use super::Case;
use super::support::calls::{answered, count, held, known, question, single};
use super::support::{A, B, CHILDCARE, Side, World, code, dan, request, tax};
use serde_json::{Value as Json, json};

pub struct Ask;
impl Case for Ask {
    async fn good(world: &World) -> Json {
        known(world).await;
        question(1, 1)
    }
    fn bad() -> (Json, &'static str) {
        (
            json!({ "request": request(2), "dan": dan(7), "provider": code(B), "procedure": CHILDCARE, "data_set": tax(1), "items": ["市町村民税所得割額"] }),
            "CODE_NOT_BOUND",
        )
    }
    fn answer(answer: &Json) {
        assert_eq!(
            (&answer["request"], &answer["shown"], &answer["words"]),
            (&json!(request(1)), &json!("waiting"), &json!("回答待ち"))
        );
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry where state = 'PERMIT_REQUESTED'").await, 1);
        assert_eq!(count(&world.a, "select count(*) as n from gateway_outgoing where kind = '許可証の発行要求'").await, 1);
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct AskStatus;
impl Case for AskStatus {
    async fn good(world: &World) -> Json {
        answered(world).await;
        json!({ "request": request(1) })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "request": request(3) }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!((&answer["shown"], &answer["error"]), (&json!("answered"), &Json::Null));
    }
    async fn effect(world: &World) {
        assert_eq!(
            count(&world.a, "select count(*) as n from gateway_inquiry where state = 'ANSWERED'").await,
            1,
            "looking takes nothing"
        );
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct AskContent;
impl Case for AskContent {
    async fn good(world: &World) -> Json {
        AskStatus::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        AskStatus::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!((&answer["subject"], &answer["provider"], &answer["key"]), (&json!(dan(1)), &json!(B), &json!("2026")));
        assert_eq!(answer["items"], json!(["市町村民税所得割額"]));
    }
    async fn effect(world: &World) {
        AskStatus::effect(world).await;
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct AskResult;
impl Case for AskResult {
    async fn good(world: &World) -> Json {
        AskStatus::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        AskStatus::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["records"][0]["key"], json!("2026"));
        assert_eq!(answer["records"][0]["items"], json!({ "市町村民税所得割額": { "given": "120000" } }));
        assert!(answer["as_of"].is_string() && answer["root"].as_str().unwrap().len() == 64, "{answer}");
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry where state = 'FETCHED'").await, 1);
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct Cancel;
impl Case for Cancel {
    async fn good(world: &World) -> Json {
        held(world).await;
        json!({ "request": request(1) })
    }
    fn bad() -> (Json, &'static str) {
        AskStatus::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["result"], json!("requested"));
    }
    async fn effect(world: &World) {
        world.settle().await;
        assert_eq!(count(&world.a, "select count(*) as n from gateway_inquiry where state = 'CANCELLED'").await, 1);
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'REFUSED'").await, 1);
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct CancelResult;
impl Case for CancelResult {
    async fn good(world: &World) -> Json {
        held(world).await;
        single(&world.a, "SKI_50111", &json!({ "request": request(1) })).await.unwrap();
        world.settle().await;
        json!({ "request": request(1) })
    }
    fn bad() -> (Json, &'static str) {
        AskStatus::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["result"], json!("cancelled"));
    }
    async fn effect(world: &World) {
        Cancel::effect(world).await;
    }
    fn side(world: &World) -> &Side {
        &world.a
    }
}

pub struct ProvideQuestion;
impl Case for ProvideQuestion {
    async fn good(world: &World) -> Json {
        json!({ "permit": held(world).await })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "permit": request(8) }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!((&answer["dan"], &answer["asker"], &answer["procedure"]), (&json!(dan(1)), &json!(A), &json!(CHILDCARE)));
        assert_eq!(answer["items"], json!(["市町村民税所得割額"]));
    }
    async fn effect(world: &World) {
        assert_eq!(
            count(&world.b, "select count(*) as n from gateway_provision where state = 'HELD' and hold = 'person'").await,
            1
        );
        assert_eq!(
            count(&world.b, "select count(*) as n from platform_task where kind = 'gateway.held' and state = 'open'").await,
            1
        );
    }
}

pub struct ProvideContent;
impl Case for ProvideContent {
    async fn good(world: &World) -> Json {
        ProvideQuestion::good(world).await
    }
    fn bad() -> (Json, &'static str) {
        ProvideQuestion::bad()
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["state"], json!("HELD"));
        assert_eq!(answer["records"][0]["items"], json!({ "市町村民税所得割額": { "given": "120000" } }));
    }
    async fn effect(world: &World) {
        ProvideQuestion::effect(world).await;
    }
}

fn given(amount: &str) -> Json {
    json!([{ "key": "2026", "items": { "市町村民税所得割額": { "given": amount } } }])
}

pub struct ProvideRegister;
impl Case for ProvideRegister {
    async fn good(world: &World) -> Json {
        json!({ "permit": held(world).await, "records": given("99000"), "staff": "2001" })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "permit": request(8), "records": [], "staff": "2001" }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["state"], json!("CONTENT_REGISTERED"));
    }
    async fn effect(world: &World) {
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where registered_by = '2001'").await, 1);
        world.settle().await;
        let shown = single(&world.a, "SKI_10712", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(shown["shown"], json!("waiting"), "registering sends nothing");
    }
}

pub struct ProvidePermit;
impl Case for ProvidePermit {
    async fn good(world: &World) -> Json {
        let register = ProvideRegister::good(world).await;
        single(&world.b, "TKY_20311", &register).await.unwrap();
        json!({ "permit": register["permit"], "staff": "2002" })
    }
    fn bad() -> (Json, &'static str) {
        (json!({ "permit": request(8), "staff": "2002" }), "NOT_FOUND")
    }
    fn answer(answer: &Json) {
        assert_eq!(answer["state"], json!("SEND_PERMITTED"));
    }
    async fn effect(world: &World) {
        world.settle().await;
        assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'SENT'").await, 1);
        assert_eq!(
            count(&world.b, "select count(*) as n from platform_task where kind = 'gateway.held' and state = 'done'").await,
            1
        );
        let answer = single(&world.a, "SKI_11112", &json!({ "request": request(1) })).await.unwrap();
        assert_eq!(answer["records"], given("99000"), "what the clerk registered is what arrives");
    }
}

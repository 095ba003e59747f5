//! Everything that one person can ask, as bytes. Of cursors and positions only the length counts.

use super::secrets::Twin;
use crate::oracle::drive::Pair;
use parvis::feed::{Explain, Order};
use parvis::gate::answer::Token;
use parvis::inbox::Which;
use parvis::items::{Place, ThreadEnd};
use parvis::operations::*;
use parvis::people::Topic;
use parvis::spaces::{Role, Visibility};
use parvis::{Actor, ItemId, Ref, SpaceId, Verb};
use serde_json::Value;

/// The answers in the order asked.
pub(crate) struct Answers(pub(crate) Vec<String>);

/// Tokens that seal how far the log reached, or a place in a list: their bytes may differ, their lengths may not.
fn lengths(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(token) if ["next", "previous", "position"].contains(&name.as_str()) => {
                        *token = format!("{} bytes", token.len());
                    }
                    _ => lengths(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(lengths),
        _ => {}
    }
}

/// Runs one operation; answers the bytes to compare and the cursor of the next page.
async fn ask<O: Operation>(actor: &Actor, request: O) -> (String, Option<Token>) {
    let (mut value, request) = (Value::Null, (serde_json::to_string(&request).unwrap(), request));
    let outcome = actor.run(request.1).await;
    match outcome {
        Ok(answer) => value = serde_json::to_value(&answer).unwrap(),
        Err(error) => value["error"] = serde_json::to_value(&error).unwrap(),
    }
    let next = value.get("next").and_then(Value::as_str).map(Token::new);
    lengths(&mut value);
    (format!("{} {value}", O::NAME), next)
}

macro_rules! pages {
    ($answers:ident, $actor:expr, $request:expr) => {{
        let mut cursor = None;
        loop {
            let mut request = $request;
            request.cursor = cursor.take();
            let (answer, next) = ask($actor, request).await;
            $answers.push(answer);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
    }};
}

impl Answers {
    /// All that a person gets to all queries about all that there is, also about what is planted in one world only.
    pub(crate) async fn of(pair: &Pair, person: usize, twin: &Twin) -> Answers {
        let (world, actor) = (&pair.world, &pair.actor(person));
        let planted = twin.items.iter().map(|&id| Ref::from(id));
        let items: Vec<Ref> = (0..world.items.len())
            .map(|it| pair.item(Some(it)))
            .chain(planted)
            .collect();
        let mut answers = Vec::new();
        pages!(answers, actor, Home::new().order(Order::Newest).limit(7));
        pages!(answers, actor, Home::new().explain(Explain::All).limit(7));
        pages!(answers, actor, NetworkWall::new().limit(7));
        pages!(answers, actor, Entries::new().limit(7));
        pages!(answers, actor, Entries::new().which(Which::Unread).limit(7));
        pages!(answers, actor, Bundles::new().limit(7));
        answers.push(ask(actor, UnreadQuery::new()).await.0);
        for after in [None, pair.early.clone()] {
            let mut request = Changes::new();
            request.after = after;
            answers.push(ask(actor, request).await.0);
        }
        pages!(answers, actor, ListPeople::new().limit(3));
        pages!(answers, actor, ListSpaces::new().limit(2));
        pages!(answers, actor, MySpaces::new().limit(2));
        pages!(answers, actor, ListInvitations::new());
        pages!(answers, actor, ListMutes::new());
        pages!(answers, actor, ListTags::new().limit(1));
        for typed in ["", "p", "sec", "w"] {
            answers.push(ask(actor, CompletePeople::new(typed)).await.0);
            answers.push(ask(actor, CompleteSpaces::new(typed)).await.0);
        }
        for handle in ["secret", "ada"] {
            answers.push(ask(actor, GetPerson::new(parvis::handle(handle))).await.0);
            answers.push(ask(actor, GetSpace::new(parvis::handle(handle))).await.0);
        }
        pages!(answers, actor, MyDrafts::new().limit(7));
        let hidden = twin.space.map(Ref::from);
        for space in (0..world.spaces.len())
            .map(|space| pair.space(Some(space)))
            .chain(hidden)
        {
            pages!(answers, actor, SpaceWall::new(space.clone()).limit(7));
            pages!(answers, actor, ListMembers::new(space.clone()).limit(2));
            pages!(answers, actor, ListRequests::new(space.clone()));
            answers.push(ask(actor, CompletePeople::new("p").space(space.clone())).await.0);
            answers.push(ask(actor, GetSpace::new(space)).await.0);
        }
        for other in (0..world.persons.len()).map(|other| pair.person(Some(other))) {
            pages!(answers, actor, PersonWall::new(other.clone()).limit(7));
            answers.push(ask(actor, GetPerson::new(other)).await.0);
        }
        let secret = Ref::from(parvis::external("secret"));
        if !world.internal(person) {
            answers.push(ask(actor, GetPerson::new(secret)).await.0);
        }
        for item in &items {
            pages!(answers, actor, GetItem::new(item.clone()).limit(5));
            pages!(
                answers,
                actor,
                GetItem::new(item.clone()).limit(2).end(ThreadEnd::Newest)
            );
            answers.push(ask(actor, GetHistory::new(item.clone())).await.0);
            answers.push(ask(actor, May::new(Verb::Comment, item.clone())).await.0);
            answers.push(ask(actor, ExplainItem::new(item.clone())).await.0);
            answers.push(ask(actor, CompletePeople::new("p").item(item.clone())).await.0);
        }
        for &verb in Verb::ALL {
            answers.push(ask(actor, FilterItems::new(verb, items.clone())).await.0);
        }
        let writes = twin.items.first().copied().unwrap_or(ABSENT_ITEM);
        answers.extend(refusals(actor, writes, twin.space.unwrap_or(ABSENT_SPACE)).await);
        Answers(answers)
    }
}

const ABSENT_ITEM: ItemId = ItemId::from_bytes([9; 16]);
const ABSENT_SPACE: SpaceId = SpaceId::from_bytes([9; 16]);

/// What the verbs that write answer about an item and a space that this person must not know of.
async fn refusals(actor: &Actor, item: ItemId, space: SpaceId) -> Vec<String> {
    let me = Ref::from(parvis::external("person 0"));
    let mut answers = Vec::new();
    macro_rules! refused {
        ($($request:expr),+ $(,)?) => { $(answers.push(ask(actor, $request).await.0);)+ };
    }
    refused!(
        NewComment::new(item, "words"),
        EditItem::new(item, "words", Token::new("based on nothing")),
        DeleteItem::new(item),
        PublishItem::new(item),
        GetHistory::new(item),
        React::new(item),
        Unreact::new(item),
        PinItem::new(item, crate::town::noon()),
        UnpinItem::new(item),
        JoinSpace::new(space),
        LeaveSpace::new(space),
        AddMember::new(space, me.clone()),
        RemoveMember::new(space, me.clone()),
        SetRole::new(space, me.clone(), Role::Member),
        SetVisibility::new(space, Visibility::Open),
        NewItem::new("words").place(Place::space(space)),
        GetItem::new(item),
        May::new(Verb::See, item),
        FilterItems::new(Verb::See, vec![Ref::from(item)]),
        ExplainItem::new(item),
        GetSpace::new(space),
        SpaceWall::new(space),
        AskToJoin::new(space),
        WithdrawRequest::new(space),
        AcceptRequest::new(space, me.clone()),
        RefuseRequest::new(space, me.clone()),
        InviteToSpace::new(space, me.clone()),
        Uninvite::new(space, me.clone()),
        AcceptInvitation::new(space),
        DeclineInvitation::new(space),
        ArchiveSpace::new(space),
        UnarchiveSpace::new(space),
        EditSpace::new(space).handle("secret"),
        Mute::new(Topic::Space { space: space.into() }),
        Mute::new(Topic::Thread { item: item.into() }),
    );
    answers
}

/// In one world: what is hidden and what is absent get the same answers.
pub(crate) async fn refuses_alike(pair: &Pair, person: usize, twin: &Twin) {
    let actor = pair.actor(person);
    let absent = refusals(&actor, ABSENT_ITEM, ABSENT_SPACE).await;
    for &item in &twin.items {
        let hidden = refusals(&actor, item, twin.space.unwrap_or(ABSENT_SPACE)).await;
        assert_eq!(hidden, absent, "person {person}");
    }
}

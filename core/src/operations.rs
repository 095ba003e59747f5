//! The facade, made of the table: a handle a group, a method a row, `call(name, json)`, and the list of all rows.

#[cfg(feature = "schema")]
mod schema;
#[macro_use]
mod table;

#[cfg(feature = "schema")]
pub use schema::schema;

use crate::actor::Actor;
use crate::error::{Code, Error, Reason};
use crate::feed::{Explain, FeedPage, Order};
use crate::gate::answer::{Answer, Token, Visible};
use crate::ids::{NoticeId, Time};
use crate::import::{EndedReport, ImportReport, ImportRow};
use crate::inbox::{BundlesPage, EntriesPage, UnreadView, Which};
use crate::items::{
    Allowed, CommentAudience, Explanation, HistoryPage, ItemMade, NewAudience, Place, Publishing, ThreadEnd, ThreadPage,
};
use crate::live::ChangesView;
use crate::people::{
    MuteList, PersonKind, PersonMade, PersonMatches, PersonPage, PersonStatus, Profile, TagPage, Topic, UnitMade,
};
use crate::receipt::Receipt;
use crate::refs::{External, Ref};
use crate::rights::Verb;
use crate::spaces::{
    Announcers, InvitationPage, JoinPolicy, MemberPage, RequestPage, Role, SpaceMade, SpaceMatches, SpacePage,
    SpaceView, Visibility,
};
use serde::{Deserialize, Serialize};
use serde_path_to_error::Segment;
use std::future::Future;
use std::pin::Pin;

/// A list in a request.
pub type List<T> = Vec<T>;

/// Whether an operation changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(non_camel_case_types, reason = "the words of the table")]
pub enum Kind {
    /// It asks.
    query,
    /// It changes.
    command,
}

/// What a query of `Self` answers: records that are shown come as what the gate judged visible.
pub trait Shown {
    /// The answer.
    type Answer: Answer;
}

macro_rules! shown {
    ($($view:ty),+ $(,)?) => {$(
        impl Shown for $view {
            type Answer = Visible<$view>;
        }
    )+};
}

macro_rules! itself {
    ($($answer:ty),+ $(,)?) => {$(
        impl Shown for $answer {
            type Answer = $answer;
        }
    )+};
}

shown!(
    Profile,
    PersonPage,
    PersonMatches,
    TagPage,
    MuteList,
    SpacePage,
    SpaceMatches,
    MemberPage,
    RequestPage,
    InvitationPage,
    SpaceView,
    ThreadPage,
    Allowed,
    Explanation,
    FeedPage,
    EntriesPage,
    BundlesPage,
    UnreadView,
    HistoryPage,
    ChangesView,
);
itself!(
    Receipt,
    PersonMade,
    UnitMade,
    SpaceMade,
    ItemMade,
    ImportReport,
    EndedReport
);

/// What a setter takes for a field.
pub trait IntoField<T> {
    /// The field's value.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    fn into_field(self) -> T {
        self
    }
}

impl IntoField<String> for &str {
    fn into_field(self) -> String {
        self.to_owned()
    }
}

impl IntoField<Option<String>> for &str {
    fn into_field(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl IntoField<Option<String>> for String {
    fn into_field(self) -> Option<String> {
        Some(self)
    }
}

macro_rules! put_some {
    ($($type:ty),+) => {$(
        impl IntoField<Option<$type>> for $type {
            fn into_field(self) -> Option<$type> {
                Some(self)
            }
        }
    )+};
}
put_some!(
    PersonKind,
    PersonStatus,
    Time,
    Role,
    JoinPolicy,
    Place,
    NewAudience,
    CommentAudience,
    Publishing,
    Announcers,
    List<String>,
    ThreadEnd,
    Token,
    Verb,
    Order,
    Explain,
    Ref,
    Which,
    NoticeId
);

macro_rules! put_ref {
    ($($type:ty),+) => {$(
        impl IntoField<Ref> for $type {
            fn into_field(self) -> Ref {
                self.into()
            }
        }
        impl IntoField<Option<Ref>> for $type {
            fn into_field(self) -> Option<Ref> {
                Some(self.into())
            }
        }
    )+};
}
put_ref!(
    External,
    crate::ids::PersonId,
    crate::ids::UnitId,
    crate::ids::SpaceId,
    crate::ids::ItemId
);

/// A request of the table.
pub trait Operation: Serialize + serde::de::DeserializeOwned + Send + 'static {
    /// What it answers.
    type Answer: Answer;
    /// `group.name`.
    const NAME: &'static str;
    /// Whether it changes something.
    const KIND: Kind;
    /// Runs it.
    fn run(actor: &Actor, request: Self) -> impl Future<Output = Result<Self::Answer, Error>> + Send;
}

/// A request of the table that changes something.
pub trait Change: Operation {}

macro_rules! changes {
    (command $request:ident) => {
        impl Change for $request {}
    };
    (query $request:ident) => {};
}

/// A future that a table can hold.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An operation from JSON to JSON.
type Call = for<'a> fn(&'a Actor, &'a [u8]) -> Boxed<'a, Result<Vec<u8>, Error>>;

/// A request from JSON, whole.
type Whole = fn(&[u8]) -> Result<serde_json::Value, Error>;

/// What of a request cannot be read, and why.
type Unread = fn(&[u8]) -> Option<(&'static str, String)>;

/// One row of the table, as data.
#[non_exhaustive]
pub struct Row {
    /// `group.name`.
    pub name: &'static str,
    /// Whether it changes something.
    pub kind: Kind,
    /// What it does.
    pub doc: &'static str,
    /// The request's fields.
    pub fields: &'static [&'static str],
    /// The answer's type.
    pub answer: &'static str,
    call: Call,
    whole: Whole,
    unread: Unread,
    #[cfg(feature = "schema")]
    described: schema::Described,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn request<O: Operation>(json: &[u8]) -> Result<O, Error> {
    serde_json::from_slice(json).map_err(|_| {
        let unread = unread::<O>(json).map_or("request", |(field, _)| field);
        Error::new(Reason::BadValue).at(unread)
    })
}

/// The field of a request that cannot be read, and why; of one that can, nothing. It reads once more, which only the wrong ones pay.
fn unread<O: Operation>(json: &[u8]) -> Option<(&'static str, String)> {
    let mut of = serde_json::Deserializer::from_slice(json);
    let error = match serde_path_to_error::deserialize::<_, O>(&mut of) {
        Ok(_) => return of.end().err().map(|error| ("request", error.to_string())),
        Err(error) => error,
    };
    let fields = TABLE
        .iter()
        .find(|row| row.name == O::NAME)
        .map_or(&[][..], |row| row.fields);
    let field = error.path().iter().next().and_then(|segment| match segment {
        Segment::Map { key } => fields.iter().find(|field| **field == key),
        _ => None,
    });
    let said = error.into_inner().to_string();
    // Where it stands says nothing to whoever calls from another language: he wrote no JSON.
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    Some((field.copied().unwrap_or("request"), said.to_owned()))
}

/// Why a request cannot be read, for whoever wrote the call: where it stops, and what is accepted there. Of one that can be read, or
/// of an operation that there is not, nothing. It may repeat a short value of the request.
pub fn unreadable(name: &str, json: &[u8]) -> Option<String> {
    let row = TABLE.iter().find(|row| row.name == name)?;
    (row.unread)(json).map(|(_, why)| why)
}

fn whole_json<O: Operation>(json: &[u8]) -> Result<serde_json::Value, Error> {
    serde_json::to_value(request::<O>(json)?).map_err(|_| Error::new(Reason::Corrupt))
}

/// A command by its name, with its request from JSON, all fields named.
///
/// # Errors
/// [`Reason::NoOperation`] where no command has this name, [`Reason::BadValue`] for JSON that is no such request.
pub(crate) fn change(name: &str, json: &[u8]) -> Result<(&'static str, serde_json::Value), Error> {
    let row = TABLE.iter().find(|row| row.name == name && row.kind == Kind::command);
    let row = row.ok_or(Error::new(Reason::NoOperation))?;
    Ok((row.name, (row.whole)(json)?))
}

fn call_json<'a, O: Operation>(actor: &'a Actor, json: &'a [u8]) -> Boxed<'a, Result<Vec<u8>, Error>> {
    Box::pin(async move {
        let request: O = request(json)?;
        let answer = actor.run(request).await?;
        serde_json::to_vec(&answer).map_err(|_| Error::new(Reason::Corrupt))
    })
}

impl Actor {
    /// Runs a request of the table; every face goes through here.
    ///
    /// # Errors
    /// Those of the operation.
    pub async fn run<O: Operation>(&self, request: O) -> Result<O::Answer, Error> {
        O::run(self, request).await
    }

    /// Runs an operation by its name, from JSON to JSON: the same bytes from every language.
    ///
    /// # Errors
    /// [`Reason::NoOperation`] for an unknown name, [`Reason::BadValue`] for JSON that is no such request, and those of the
    /// operation.
    pub async fn call(&self, name: &str, json: &[u8]) -> Result<Vec<u8>, Error> {
        let row = TABLE
            .iter()
            .find(|row| row.name == name)
            .ok_or(Error::new(Reason::NoOperation))?;
        (row.call)(self, json).await
    }
}

macro_rules! facade { ([] $(
    $(#[doc = $gd:tt])+ $g:ident : $G:ident { $(
        $(#[doc = $d:tt])+ $kind:ident $op:ident ( $Req:ident {
            $($(#[doc = $rd:tt])+ $r:ident : $rt:ty),* $(; $($(#[doc = $od:tt])+ $o:ident : $ot:ty = $def:tt,)+)?
        } ) -> $Ans:ident ;
    )* }
)* ) => {
    impl Actor {
        $($(#[doc = $gd])+ pub fn $g(&self) -> $G { $G(self.clone()) })*
    }
    $(
        $(#[doc = $gd])+
        #[derive(Clone, Debug)]
        pub struct $G(Actor);

        impl $G {
            $(
                $(#[doc = $d])+
                ///
                /// # Errors
                /// [`Error`] with a [`Reason`] that says what was wrong.
                pub async fn $op(&self, request: $Req) -> Result<<$Ans as Shown>::Answer, Error> {
                    self.0.run(request).await
                }
            )*
        }

        $(
            $(#[doc = $d])+
            #[derive(Clone, Debug, PartialEq, Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[non_exhaustive]
            pub struct $Req {
                $($(#[doc = $rd])+ pub $r: $rt,)*
                $($($(#[doc = $od])+ pub $o: $ot,)+)?
            }

            impl $Req {
                /// The request with its required fields; the others have their defaults.
                #[expect(clippy::new_without_default, reason = "requests are made by `new`, one way everywhere")]
                #[allow(unfulfilled_lint_expectations, reason = "only a request without required fields needs it")]
                pub fn new($($r: impl IntoField<$rt>),*) -> Self {
                    $Req { $($r: $r.into_field(),)* $($($o: $def,)+)? }
                }
                $($(
                    $(#[doc = $od])+
                    pub fn $o(mut self, value: impl IntoField<$ot>) -> Self {
                        self.$o = value.into_field();
                        self
                    }
                )+)?
            }

            impl<'de> Deserialize<'de> for $Req {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    #[derive(Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct Wire {
                        $($r: $rt,)*
                        $($(#[serde(default)] $o: Option<$ot>,)+)?
                    }
                    let wire = Wire::deserialize(deserializer)?;
                    Ok($Req { $($r: wire.$r,)* $($($o: wire.$o.unwrap_or($def),)+)? })
                }
            }

            changes!($kind $Req);

            impl Operation for $Req {
                type Answer = <$Ans as Shown>::Answer;
                const NAME: &'static str = concat!(stringify!($g), ".", stringify!($op));
                const KIND: Kind = Kind::$kind;
                fn run(actor: &Actor, request: Self) -> impl Future<Output = Result<Self::Answer, Error>> + Send {
                    crate::$g::$op(actor, request)
                }
            }
        )*
    )*

    /// The groups of the table, and what each is about.
    #[cfg(feature = "schema")]
    pub(crate) const GROUPS: &[(&str, &str)] = &[$((stringify!($g), concat!($($gd, "\n"),+)),)*];

    /// Every operation there is.
    pub const TABLE: &[Row] = &[$($(Row {
        name: <$Req as Operation>::NAME,
        kind: Kind::$kind,
        doc: concat!($($d, "\n"),+),
        fields: &[$(stringify!($r),)* $($(stringify!($o),)+)?],
        answer: stringify!($Ans),
        call: call_json::<$Req>,
        whole: whole_json::<$Req>,
        unread: unread::<$Req>,
        #[cfg(feature = "schema")]
        described: schema::Described {
            request: |all| all.subschema_for::<$Req>(),
            answer: |all| all.subschema_for::<$Ans>(),
            required: &[$(stringify!($r)),*],
            defaults: || vec![$($((stringify!($o), schema::value::<$ot>(&$def)),)+)?],
        },
    },)*)*];
} }
operations!(facade);

/// The codes an operation may fail with: all of them, everywhere; what a caller does is decided by the code.
pub const CODES: &[Code] = &[
    Code::NotFound,
    Code::Forbidden,
    Code::Conflict,
    Code::Invalid,
    Code::TooLarge,
    Code::KeyReused,
    Code::CursorExpired,
    Code::OutcomeUnknown,
    Code::Unavailable,
    Code::SchemaTooOld,
    Code::SchemaTooNew,
    Code::Internal,
];

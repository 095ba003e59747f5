//! What the quickstart itself says, in two languages. The reasons of the feed come from the library, in the reader's language.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parvis::Time;
use parvis::gate::{AudienceKey, Fact};
use parvis::spaces::{Role, Visibility};

/// A language of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// Names that the sentences of one item may use.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) space: Option<String>,
    pub(super) author: Option<String>,
}

const MONTHS: [(&str, &str); 12] = [
    ("Jan", "janv."),
    ("Feb", "févr."),
    ("Mar", "mars"),
    ("Apr", "avr."),
    ("May", "mai"),
    ("Jun", "juin"),
    ("Jul", "juil."),
    ("Aug", "août"),
    ("Sep", "sept."),
    ("Oct", "oct."),
    ("Nov", "nov."),
    ("Dec", "déc."),
];
const DAYS: [(&str, &str); 7] = [
    ("Mon", "lun."),
    ("Tue", "mar."),
    ("Wed", "mer."),
    ("Thu", "jeu."),
    ("Fri", "ven."),
    ("Sat", "sam."),
    ("Sun", "dim."),
];

impl Lang {
    /// The language of a tag: `fr`, `en`, `fr-CA`.
    pub fn of(tag: &str) -> Option<Lang> {
        match tag.split(['-', '_']).next() {
            Some("fr") => Some(Lang::Fr),
            Some("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// Its tag.
    pub(super) fn tag(self) -> &'static str {
        self.say("en", "fr")
    }

    /// One of two texts.
    pub(super) fn say<'a>(self, en: &'a str, fr: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Fr => fr,
        }
    }

    /// `1 comment`, `2 comments`.
    pub(super) fn comments(self, n: i64) -> String {
        match (self, n) {
            (Lang::En, 1) => "1 comment".to_owned(),
            (Lang::En, n) => format!("{n} comments"),
            (Lang::Fr, 0 | 1) => format!("{n} commentaire"),
            (Lang::Fr, n) => format!("{n} commentaires"),
        }
    }

    /// How many accounts ended, because the folder names them no more.
    pub(super) fn ended(self, n: u64) -> String {
        match self {
            Lang::En => format!("accounts that ended, as the folder does not name them: {n}"),
            Lang::Fr => format!("comptes désactivés, car absents du dossier : {n}"),
        }
    }

    /// A date in the zone of the demonstration.
    pub(super) fn date(self, at: Time) -> String {
        let zone = TimeZone::get(super::ZONE).unwrap_or(TimeZone::UTC);
        let Ok(instant) = Timestamp::from_millisecond(at.millis()) else {
            return at.to_string();
        };
        let at = instant.to_zoned(zone);
        let nth = |names: &[(&'static str, &'static str)], n: i8| {
            let at = usize::try_from(n - 1).unwrap_or_default();
            names.get(at).map_or("", |(en, fr)| self.say(en, fr))
        };
        let day = nth(&DAYS, at.weekday().to_monday_one_offset());
        let month = nth(&MONTHS, at.month());
        format!(
            "{day} {:>2} {month} {} {:02}:{:02}",
            at.day(),
            at.year(),
            at.hour(),
            at.minute()
        )
    }

    pub(super) fn visibility(self, visibility: Visibility) -> &'static str {
        match visibility {
            Visibility::Open => self.say("open space", "espace ouvert"),
            Visibility::Closed => self.say("closed space", "espace fermé"),
            Visibility::Secret => self.say("secret space", "espace secret"),
            _ => self.say("space", "espace"),
        }
    }

    fn role(self, role: Role) -> &'static str {
        match role {
            Role::Owner => self.say("an owner of", "propriétaire de"),
            Role::Moderator => self.say("a moderator of", "modère"),
            _ => self.say("a member of", "membre de"),
        }
    }

    fn has_role(self, role: Role, space: &str) -> String {
        let be = if self == Lang::Fr && role == Role::Moderator {
            ""
        } else {
            self.say("is ", "est ")
        };
        format!("{be}{} {space}", self.role(role))
    }

    /// One fact on which a decision rested, as a sentence about the person.
    pub(super) fn fact(self, fact: &Fact, names: &Names) -> String {
        let space = names.space.as_deref().unwrap_or(self.say("its space", "son espace"));
        let author = names.author.as_deref().unwrap_or(self.say("the author", "l’auteur"));
        let text = match fact {
            Fact::Internal => self.say(
                "works here, and it is for everybody inside",
                "travaille ici, et c’est pour toute la maison",
            ),
            Fact::Member { role, .. } | Fact::Staff { role, .. } => return self.has_role(*role, space),
            Fact::OpenSpace { .. } => {
                return format!(
                    "{} {space} {}",
                    self.say("works here, and", "travaille ici, et"),
                    self.say("is open", "est ouvert")
                );
            }
            Fact::InUnit { .. } => self.say("belongs to the unit that it is for", "est du service destinataire"),
            Fact::Follower { .. } => return format!("{} {author}", self.say("follows", "suit")),
            Fact::Addressed => self.say("it is addressed to this very person", "cela lui est adressé"),
            Fact::NarrowKey => self.say(
                "holds the narrower key of the comment",
                "détient la clé restreinte du commentaire",
            ),
            Fact::Absent => self.say("there is no such thing", "cela n’existe pas"),
            Fact::NotPublished => self.say("it is not published", "ce n’est pas publié"),
            Fact::PlaceGone => self.say("its place is gone", "son lieu a disparu"),
            Fact::RootHidden => self.say(
                "may not see the post that it answers",
                "ne voit pas la publication d’origine",
            ),
            Fact::NoKey { needed } => return self.lacks(*needed, space, author),
            Fact::NotAuthor => self.say("is not its author", "n’en est pas l’auteur"),
            Fact::NotMember { .. } => {
                return format!("{} {space}", self.say("is not a member of", "n’est pas membre de"));
            }
            Fact::NotStaff => self.say("is neither moderator nor owner", "n’est ni modérateur ni propriétaire"),
            Fact::Deleted => self.say("it is deleted", "c’est supprimé"),
            Fact::Blocked => self.say("the author does not want it", "l’auteur ne le souhaite pas"),
            _ => self.say("a rule of the network", "une règle du réseau"),
        };
        text.to_owned()
    }

    /// The key that is missing.
    fn lacks(self, key: AudienceKey, space: &str, author: &str) -> String {
        match key {
            AudienceKey::Network => self
                .say(
                    "comes from outside; it is for people inside",
                    "vient de l’extérieur ; c’est pour la maison",
                )
                .to_owned(),
            AudienceKey::Space { .. } => format!("{} {space}", self.say("is not a member of", "n’est pas membre de")),
            AudienceKey::Staff { .. } => format!(
                "{} {space}",
                self.say(
                    "is neither moderator nor owner of",
                    "n’est ni modérateur ni propriétaire de"
                )
            ),
            AudienceKey::Unit { .. } => self
                .say("is not in the unit that it is for", "n’est pas du service destinataire")
                .to_owned(),
            AudienceKey::Followers { .. } => format!("{} {author}", self.say("does not follow", "ne suit pas")),
            _ => self
                .say("it is addressed to somebody else", "c’est adressé à quelqu’un d’autre")
                .to_owned(),
        }
    }
}

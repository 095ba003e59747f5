//! What `cargo run --example quickstart` does: imports a folder, then prints one person's home feed with points and reasons, the
//! inbox, the wall of one space, and who may see an item and why.

mod look;
mod screen;
mod words;

pub use words::Lang;

use crate::store::Store;
use look::{Look, Subject};
use parvis::due::Budget;
use parvis::feed::Explain;
use parvis::items::{ItemView, PlaceView, ThreadPage};
use parvis::operations::{Bundles, ExplainItem, GetItem, GetSpace, Home, SpaceWall, UnreadQuery};
use parvis::store::StorageError;
use parvis::{Actor, Clock, Config, HOST, Parvis, Reason, Time, external};
use parvis_folder::{Folder, Report, Stop};
use screen::{Screen, WIDTH, cut, pad, wrap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use words::Names;

/// The zone in which dates are shown and working hours are counted.
const ZONE: &str = "Europe/Paris";
/// Items of the home feed and of the wall that are shown.
const HOME: u32 = 5;
const WALL: u32 = 6;
/// Bundles of the inbox that are shown.
const INBOX: u32 = 6;
/// Columns of a name in a table.
const NAME: usize = 25;

/// What to show, and where to keep it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder; the sample company, where there is none.
    pub folder: Option<PathBuf>,
    /// The store.
    pub store: Store,
    /// The host's id of the person who looks; somebody with a full home, where there is none.
    pub person: Option<String>,
    /// The language of the screen.
    pub lang: Lang,
    /// The network that the folder goes to.
    pub network: String,
    /// Whether bold and dim text may be used.
    pub styled: bool,
    /// Where the folder says who there is: how many of the active people may be missing from it, in percent.
    pub authoritative: Option<u32>,
}

impl Options {
    /// The sample company in memory, in English.
    pub fn sample() -> Options {
        Options {
            folder: None,
            store: Store::Memory,
            person: None,
            lang: Lang::default(),
            network: "atelier-lumen".to_owned(),
            styled: false,
            authoritative: None,
        }
    }
}

/// Why the quickstart ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failed {
    /// The folder cannot be imported.
    #[error(transparent)]
    Folder(#[from] Stop),
    /// The store cannot be opened.
    #[error("the store cannot be opened: {0}")]
    Store(#[from] StorageError),
    /// The library refused a call.
    #[error("the library refused: {0}")]
    Parvis(#[from] parvis::Error),
    /// The screen cannot be written to.
    #[error("the output cannot be written: {0}")]
    Screen(#[from] io::Error),
    /// There is nobody whose home could be shown.
    #[error("nobody in the folder has an account that can read")]
    Nobody,
    /// The person is not there, or may not read any more.
    #[error("`{0}` is unknown here, or the account has ended. Some who are known: {1}")]
    Unknown(String, String),
}

/// The folder of the sample company.
pub fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

/// A clock that stands: the sample would look old by the system's.
struct Standing(Time);

impl Clock for Standing {
    fn now(&self) -> Time {
        self.0
    }
}

/// Imports and shows. The report of the import is returned as well.
///
/// # Errors
/// [`Failed`]; bad lines of the folder are no failure.
pub async fn run(options: &Options, out: &mut dyn Write) -> Result<Report, Failed> {
    let lang = options.lang;
    let mut screen = Screen::new(out, options.styled);
    let folder = match &options.folder {
        Some(folder) => {
            screen.line(&format!(
                "Parvis · {} {}",
                lang.say("importing", "import de"),
                folder.display()
            ))?;
            Folder::open(folder)?
        }
        None => {
            let name = lang.say("the sample company Atelier Lumen", "l’entreprise exemple Atelier Lumen");
            screen.line(&format!(
                "Parvis · {} {name} (examples/data)",
                lang.say("importing", "import de")
            ))?;
            Folder::open(&sample())?
        }
    };
    screen.line(&format!("{} {}", lang.say("store:", "stockage :"), options.store))?;
    let look = Look::at(&folder)?;
    let mut config = Config::new().zone(ZONE);
    if let Some(newest) = look.newest {
        let now = Time::from_millis(newest.millis().saturating_add(10 * 60_000));
        let why = lang.say(
            "ten minutes after the newest date in the folder",
            "dix minutes après la date la plus récente du dossier",
        );
        screen.line(&format!(
            "{} {}, {why}",
            lang.say("now:", "maintenant :"),
            lang.date(now)
        ))?;
        config = config.clock(Arc::new(Standing(now)));
    }
    screen.line("")?;

    let db = Parvis::open_shared(options.store.open().await?, config).await?;
    let system = db.system(&options.network, HOST);
    let report = folder.import(&system).await?;
    report.to_string().lines().try_for_each(|line| screen.line(line))?;
    if let Some(at_most) = options.authoritative {
        let n = folder.end_missing(&system, at_most).await?;
        screen.line(&lang.ended(n))?;
    }
    while db.run_due(Budget::steps(100)).await?.more {}

    let person = options.person.as_deref().or(look.reader()).ok_or(Failed::Nobody)?;
    let me = db.act_as(&options.network, external(person));
    let show = Show {
        db: &db,
        network: &options.network,
        look: &look,
        lang,
    };
    show.home(&me, person, &mut screen).await?;
    show.inbox(&me, person, &mut screen).await?;
    if let Some(space) = look.space_of(person) {
        show.wall(&me, space, &mut screen).await?;
    }
    for subject in look.subjects(person) {
        show.readers(&system, &subject, &mut screen).await?;
    }
    Ok(report)
}

/// What the three parts have in common.
struct Show<'a> {
    db: &'a Parvis,
    network: &'a str,
    look: &'a Look,
    lang: Lang,
}

impl Show<'_> {
    fn name<'b>(&'b self, person: &'b str) -> &'b str {
        self.look.name(person).unwrap_or(person)
    }

    /// The first page of the ranked home: each item with its points, and the terms that add up to them.
    async fn home(&self, me: &Actor, person: &str, screen: &mut Screen<'_>) -> Result<(), Failed> {
        let lang = self.lang;
        let home = Home::new().limit(HOME).explain(Explain::All).language(lang.tag());
        let page = me.feed().home(home).await.map_err(|error| match error.reason {
            Reason::Actor => Failed::Unknown(person.to_owned(), self.look.some().collect::<Vec<_>>().join(", ")),
            _ => Failed::Parvis(error),
        })?;
        let name = self.name(person);
        screen.heading(&match lang {
            Lang::En => format!("Home of {name}: what matters most comes first"),
            Lang::Fr => format!("Fil d’accueil de {name} : d’abord ce qui compte le plus"),
        })?;
        if page.items.is_empty() {
            screen.line(lang.say("  Nothing has come here yet.", "  Rien n’est encore arrivé ici."))?;
        }
        for (at, item) in page.items.iter().enumerate() {
            if at > 0 {
                screen.line("")?;
            }
            let by = screen.bold(&cut(&author(item), 30));
            let head = format!("{}  {}", self.place(item), lang.date(item.t));
            screen.line(&format!("{:>2}  {by}  {}", at + 1, screen.dim(&head)))?;
            for line in wrap(&source(item), WIDTH - 4, 2) {
                screen.line(&format!("    {line}"))?;
            }
            let counts = self.counts(item);
            if !counts.is_empty() {
                screen.line(&format!("    {}", screen.dim(&counts)))?;
            }
            for reason in &item.reasons {
                let points = reason.points.unwrap_or_default();
                screen.line(&format!("    {points:>+6}  {}", cut(&reason.text, WIDTH - 12)))?;
            }
            let points = item.points.unwrap_or_default();
            let sum = format!("{points:>6}  {}", lang.say("points", "points"));
            screen.line(&format!("  = {}", screen.bold(&sum)))?;
        }
        Ok(())
    }

    /// The newest bundles of the inbox, and how much is unread.
    async fn inbox(&self, me: &Actor, person: &str, screen: &mut Screen<'_>) -> Result<(), Failed> {
        let lang = self.lang;
        let unread = me.inbox().unread(UnreadQuery::new()).await?;
        let page = me
            .inbox()
            .bundles(Bundles::new().limit(INBOX).language(lang.tag()))
            .await?;
        let name = self.name(person);
        let n = unread.unread;
        screen.heading(&match lang {
            Lang::En => format!("Inbox of {name}: {n} unread"),
            // Zero and one are singular in French.
            Lang::Fr if n < 2 => format!("Boîte de réception de {name} : {n} non lu"),
            Lang::Fr => format!("Boîte de réception de {name} : {n} non lus"),
        })?;
        if page.bundles.is_empty() {
            screen.line(lang.say("    Nobody has told anything yet.", "    Rien n’y est encore arrivé."))?;
        }
        for bundle in &page.bundles {
            let mark = if bundle.unread { "•" } else { " " };
            let text = cut(&bundle.text, WIDTH - 30);
            let text = if bundle.unread { screen.bold(&text) } else { text };
            screen.line(&format!("  {mark} {}  {text}", lang.date(bundle.t)))?;
        }
        if page.next.is_some() {
            screen.line(lang.say("    … and older ones", "    … et de plus anciens"))?;
        }
        Ok(())
    }

    /// The newest items of a space.
    async fn wall(&self, me: &Actor, space: &str, screen: &mut Screen<'_>) -> Result<(), Failed> {
        let lang = self.lang;
        let card = me.spaces().get(GetSpace::new(external(space))).await?;
        let page = me
            .feed()
            .space_wall(SpaceWall::new(external(space)).limit(WALL))
            .await?;
        screen.heading(&format!(
            "{} {} ({})",
            lang.say("Wall of", "Mur de"),
            card.name,
            lang.visibility(card.visibility)
        ))?;
        for item in &page.items {
            let by = pad(&author(item), 20);
            screen.line(&format!("    {}  {by}  {}", lang.date(item.t), self.counts(item)))?;
            screen.line(&format!("      {}", cut(&source(item), WIDTH - 6)))?;
        }
        if page.next.is_some() {
            screen.line(lang.say("    … and older ones", "    … et de plus anciennes"))?;
        }
        Ok(())
    }

    /// Who may see an item, and by what; who may not, and for want of what.
    async fn readers(&self, system: &Actor, subject: &Subject, screen: &mut Screen<'_>) -> Result<(), Failed> {
        let lang = self.lang;
        let Some((thread, kind)) = self.shown(subject).await? else {
            return Ok(());
        };
        let item = &thread.item;
        let what = match item.root {
            Some(_) => lang.say("Who may see a comment for few", "Qui voit un commentaire restreint"),
            None => lang.say("Who may see a post", "Qui voit une publication"),
        };
        let place = self.place(item);
        let kind = kind.map_or(String::new(), |kind| format!(" ({kind})"));
        screen.heading(&format!("{what} · {place}{kind}"))?;
        screen.line(&format!(
            "    {}: {}",
            author(item),
            cut(&source(item), WIDTH - 6 - author(item).chars().count())
        ))?;
        screen.line("")?;
        let names = Names {
            space: match &item.place {
                PlaceView::Space { name, .. } => name.clone(),
                _ => None,
            },
            author: item.author.as_ref().map(|card| card.name.clone()),
        };
        for person in &subject.persons {
            let ask = ExplainItem::new(external(&subject.item)).person(external(person));
            let (allowed, why) = match system.items().explain(ask).await {
                Ok(answer) => {
                    let path: Vec<String> = answer.path.iter().map(|fact| lang.fact(fact, &names)).collect();
                    (answer.allowed, path.join(lang.say(", and ", ", et ")))
                }
                Err(error) if error.reason == Reason::Actor => (
                    false,
                    lang.say("has no active account", "n’a pas de compte actif").to_owned(),
                ),
                Err(error) => return Err(error.into()),
            };
            let mut mark = match allowed {
                true => lang.say("yes", "oui"),
                false => lang.say("no", "non"),
            };
            let guest = if self.look.is_guest(person) {
                lang.say(" (guest)", " (invité)")
            } else {
                ""
            };
            let mut name = format!("{}{guest}", cut(self.name(person), NAME - guest.chars().count()));
            for line in wrap(&why, WIDTH - NAME - 10, 3) {
                screen.line(&format!("    {mark:<4} {} {line}", screen.bold(&pad(&name, NAME))))?;
                (mark, name) = ("", String::new());
            }
        }
        Ok(())
    }

    /// The item as the first of the persons sees it who may, with the kind of its space.
    async fn shown(&self, subject: &Subject) -> Result<Option<(ThreadPage, Option<&'static str>)>, Failed> {
        for person in &subject.persons {
            let reader = self.db.act_as(self.network, external(person));
            let item = GetItem::new(external(&subject.item)).limit(1u32);
            let Ok(thread) = reader.items().get(item).await else {
                continue;
            };
            let kind = match thread.root.place {
                PlaceView::Space { id, .. } => reader.spaces().get(GetSpace::new(id)).await.ok(),
                _ => None,
            };
            let kind = kind.map(|space| self.lang.visibility(space.visibility));
            return Ok(Some((ThreadPage::clone(&thread), kind)));
        }
        Ok(None)
    }

    fn place(&self, item: &ItemView) -> String {
        match &item.place {
            PlaceView::Space { name: Some(name), .. } => name.clone(),
            PlaceView::Space { .. } => self.lang.say("a space", "un espace").to_owned(),
            PlaceView::Wall { person } if item.author.as_ref().is_some_and(|card| card.id == *person) => {
                self.lang.say("own wall", "son mur").to_owned()
            }
            PlaceView::Wall { .. } => self.lang.say("a wall", "un mur").to_owned(),
            _ => self.lang.say("everybody", "tout le monde").to_owned(),
        }
    }

    /// Comments and reactions, as far as the reader may count them.
    fn counts(&self, item: &ItemView) -> String {
        let reactions = item
            .reactions
            .iter()
            .map(|reaction| format!("{} {}", reaction.reaction, reaction.n));
        let comments = (item.comments > 0).then(|| self.lang.comments(item.comments));
        comments.into_iter().chain(reactions).collect::<Vec<_>>().join(" · ")
    }
}

fn author(item: &ItemView) -> String {
    item.author.as_ref().map_or(String::new(), |card| card.name.clone())
}

fn source(item: &ItemView) -> String {
    item.body.as_ref().map_or(String::new(), |body| body.text.clone())
}

//! A way to a server that can be cut: it stands between handles and their server and forwards what they say.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// What happens to connections that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Both ends are reset.
    Reset,
    /// The handle's end is reset; the server's stays open and hears nothing any more.
    HandleOnly,
    /// The server's end is reset; the handle's stays open and hears nothing any more.
    ServerOnly,
}

/// What happens to the next commit that comes by; both ends are reset unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtCommit {
    /// It arrives, and its answer does not.
    Arrives,
    /// It does not arrive.
    IsLost,
    /// It arrives, and from then on nothing does, nor is anything reset.
    IsTheLast,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing is forwarded any more.
    hole: watch::Sender<bool>,
    /// Counts cuts; says which.
    cut: watch::Sender<(u64, Option<Cut>)>,
    at_commit: Mutex<Option<AtCommit>>,
    /// How many messages of handles still pass before nothing does.
    passing: Mutex<Option<u64>>,
    /// Connections that were cut.
    cuts: AtomicUsize,
    /// By how much everything is delayed, in milliseconds.
    delay: AtomicU64,
}

/// The way; it ends when it is dropped.
pub(crate) struct Proxy {
    state: Arc<State>,
    port: u16,
    runtime: Option<Runtime>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Proxy {
    /// A way to a port of this machine.
    pub(crate) fn to(port: u16) -> Proxy {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let here = listener.local_addr().unwrap().port();
        let state = Arc::<State>::default();
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        runtime.spawn({
            let state = Arc::clone(&state);
            async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((handle, _)) = listener.accept().await {
                    tokio::spawn(carry(Arc::clone(&state), handle, server));
                }
            }
        });
        Proxy {
            state,
            port: here,
            runtime: Some(runtime),
        }
    }

    /// The port to talk to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections.
    pub(crate) fn cut(&self, cut: Cut) {
        self.state
            .cut
            .send_modify(|(count, what)| (*count, *what) = (*count + 1, Some(cut)));
    }

    /// Cuts the connection that commits next.
    pub(crate) fn cut_at_commit(&self, what: AtCommit) {
        *self.state.at_commit.lock().unwrap() = Some(what);
    }

    /// Whether a cut at a commit is still to come.
    pub(crate) fn is_waiting(&self) -> bool {
        self.state.at_commit.lock().unwrap().is_some()
    }

    /// Lets so many more messages of handles pass, and then nothing.
    pub(crate) fn stop_after(&self, messages: u64) {
        *self.state.passing.lock().unwrap() = Some(messages);
    }

    /// Whether that has come.
    pub(crate) fn has_stopped(&self) -> bool {
        *self.state.hole.borrow()
    }

    /// Delays everything by so much in each direction.
    pub(crate) fn delay(&self, delay: Duration) {
        let millis = u64::try_from(delay.as_millis()).unwrap();
        self.state.delay.store(millis, Ordering::Relaxed);
    }

    /// How many connections were cut.
    pub(crate) fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Relaxed)
    }

    /// Swallows everything from now on, on new connections too; or ends that: what was open stays silent.
    pub(crate) fn hole(&self, hole: bool) {
        self.state.hole.send_replace(hole);
    }
}

/// What was heard on a connection.
#[derive(Default)]
struct Heard {
    /// Whether the rows of a network were taken.
    taken: bool,
    /// The names of statements that are a commit by themselves.
    whole: Vec<Vec<u8>>,
}

impl Heard {
    /// Whether these bytes are a commit: one that is sent alone, as plain text, after the rows of a network were taken (those that
    /// only read commit too), or a prepared text that takes them and writes, by itself.
    fn commits(&mut self, bytes: &[u8]) -> bool {
        let has = |what: &[u8]| bytes.windows(what.len()).any(|some| some == what);
        if let [b'P', _, _, _, _, rest @ ..] = bytes
            && let Some(end) = rest.iter().position(|byte| *byte == 0)
            && rest[end + 1..].starts_with(b"with p as materialized")
        {
            self.whole.push(rest[..=end].to_vec());
            return false;
        }
        if bytes.first() == Some(&b'B') && self.whole.iter().any(|name| has(name)) {
            return !self.taken;
        }
        self.taken = self.taken && !bytes.ends_with(b"rollback\0") || has(b"for update");
        (bytes.ends_with(b"commit\0") || bytes.ends_with(b"commit")) && std::mem::take(&mut self.taken)
    }
}

/// Keeps a connection open and silent.
async fn silence() {
    std::future::pending::<()>().await;
}

async fn forward(state: &State, mut from: OwnedReadHalf, to: &mut OwnedWriteHalf, asks: bool) -> io::Result<()> {
    let mut hole = state.hole.subscribe();
    let mut bytes = vec![0; 64 << 10];
    let mut heard = Heard::default();
    loop {
        let some = from.read(&mut bytes).await?;
        if asks && some > 0 {
            let mut passing = state.passing.lock().unwrap();
            match *passing {
                Some(0) => {
                    *passing = None;
                    state.hole.send_replace(true);
                }
                Some(more) => *passing = Some(more - 1),
                None => {}
            }
        }
        if *hole.borrow_and_update() {
            silence().await;
        }
        if some == 0 {
            return to.shutdown().await;
        }
        let delay = state.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let bytes = &bytes[..some];
        let at_commit = if asks && heard.commits(bytes) {
            let mut at_commit = state.at_commit.lock().unwrap();
            match *at_commit {
                // Whoever waits for it is told when nothing passes any more.
                Some(AtCommit::IsTheLast) => Some(AtCommit::IsTheLast),
                _ => at_commit.take(),
            }
        } else {
            None
        };
        if at_commit != Some(AtCommit::IsLost) {
            to.write_all(bytes).await?;
        }
        if at_commit == Some(AtCommit::IsTheLast) {
            state.hole.send_replace(true);
            *state.at_commit.lock().unwrap() = None;
        } else if at_commit.is_some() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    }
}

async fn carry(state: Arc<State>, handle: TcpStream, server: SocketAddr) {
    if *state.hole.borrow() {
        silence().await;
    }
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    for end in [&handle, &server] {
        end.set_nodelay(true).unwrap();
    }
    let mut cut = state.cut.subscribe();
    let (from_handle, mut to_handle) = handle.into_split();
    let (from_server, mut to_server) = server.into_split();
    let ended = {
        let asking = forward(&state, from_handle, &mut to_server, true);
        let answering = forward(&state, from_server, &mut to_handle, false);
        tokio::select! {
            asked = asking => asked.err().map(|error| (error.kind() == io::ErrorKind::ConnectionAborted).then_some(Cut::Reset)),
            answered = answering => answered.err().map(|_| None),
            changed = cut.changed() => changed.ok().map(|()| cut.borrow().1),
        }
    };
    let Some(Some(what)) = ended else { return };
    state.cuts.fetch_add(1, Ordering::Relaxed);
    // What is dropped with this set is reset, not closed.
    for (end, reset) in [
        (to_handle, what != Cut::ServerOnly),
        (to_server, what != Cut::HandleOnly),
    ] {
        if reset {
            end.as_ref().set_zero_linger().unwrap();
            end.forget();
        } else {
            tokio::spawn(async move {
                silence().await;
                drop(end);
            });
        }
    }
}

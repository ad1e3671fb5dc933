//! A proxy that harms: delay, cut after a number of bytes, reset, black hole, half close.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::stage::{block_on, runtime};

/// Where the bytes go.
#[derive(Clone, Debug)]
pub enum Upstream {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// What happens to bytes that come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Each piece that comes down is later by this much.
    Delay(Duration),
    /// Nothing comes through, nobody is told.
    BlackHole,
    /// Whoever connects is reset.
    Reset,
}

/// A direction, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

#[derive(Debug)]
struct Shared {
    mode: watch::Sender<Mode>,
    up: AtomicU64,
    down: AtomicU64,
    cut: Mutex<Option<(Way, u64)>>,
    /// Cancelled to reset all connections of now.
    reset: Mutex<CancellationToken>,
    /// Cancelled to end what goes down, and only that.
    half: Mutex<CancellationToken>,
}

/// A running proxy; it ends when this is dropped.
pub struct FaultProxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
        self.reset();
    }
}

impl FaultProxy {
    pub fn before(upstream: Upstream) -> Self {
        let listener = block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            mode: watch::channel(Mode::Pass).0,
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            cut: Mutex::new(None),
            reset: Mutex::default(),
            half: Mutex::default(),
        });
        let task = runtime().spawn(accept(listener, upstream, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    pub fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
        if mode == Mode::Reset {
            self.reset();
        }
    }

    /// Resets every connection of now; the next ones pass.
    pub fn reset(&self) {
        self.shared.reset_all();
    }

    /// Ends the way down of every connection of now, and leaves the way up open.
    pub fn half_close(&self) {
        std::mem::take(&mut *self.shared.half.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }

    /// Cuts all connections once so many more bytes have gone that way. Counting begins now.
    pub fn cut_after(&self, way: Way, bytes: u64) {
        self.shared.up.store(0, Ordering::SeqCst);
        self.shared.down.store(0, Ordering::SeqCst);
        *self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some((way, bytes));
    }

    /// Whether the cut is still to come.
    pub fn disarm(&self) -> bool {
        self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    /// The bytes that went that way since [`Self::cut_after`].
    pub fn passed(&self, way: Way) -> u64 {
        self.shared.counter(way).load(Ordering::SeqCst)
    }
}

impl Shared {
    const fn counter(&self, way: Way) -> &AtomicU64 {
        match way {
            Way::Up => &self.up,
            Way::Down => &self.down,
        }
    }

    fn reset_all(&self) {
        std::mem::take(&mut *self.reset.lock().unwrap_or_else(PoisonError::into_inner)).cancel();
    }

    /// Counts a piece; answers how much of it still comes through.
    fn admit(&self, way: Way, bytes: usize) -> usize {
        let before = self.counter(way).fetch_add(bytes as u64, Ordering::SeqCst);
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        match *cut {
            Some((cut_way, after)) if cut_way == way && before + bytes as u64 > after => {
                *cut = None;
                usize::try_from(after.saturating_sub(before)).unwrap_or(0)
            }
            _ => bytes,
        }
    }

    async fn hold_up(&self, way: Way) {
        let mut mode = self.mode.subscribe();
        let now = *mode.borrow();
        match now {
            Mode::Delay(delay) if way == Way::Down => tokio::time::sleep(delay).await,
            Mode::BlackHole => drop(mode.wait_for(|mode| *mode != Mode::BlackHole).await),
            Mode::Pass | Mode::Reset | Mode::Delay(_) => {}
        }
    }
}

async fn accept(listener: TcpListener, upstream: Upstream, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let reset = shared.reset.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let half = shared.half.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (upstream, shared) = (upstream.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let _ = client.set_nodelay(true);
            if *shared.mode.borrow() == Mode::Reset {
                return rudely_close(&client);
            }
            match upstream {
                Upstream::Tcp(address) => {
                    let Ok(server) = TcpStream::connect(address).await else { return };
                    let _ = server.set_nodelay(true);
                    forward(client, server, shared, reset, half).await;
                }
                Upstream::Unix(path) => {
                    let Ok(server) = UnixStream::connect(path).await else { return };
                    forward(client, server, shared, reset, half).await;
                }
            }
        });
    }
}

async fn forward<S: AsyncRead + AsyncWrite>(
    client: TcpStream,
    server: S,
    shared: Arc<Shared>,
    reset: CancellationToken,
    half: CancellationToken,
) {
    let (from_client, mut to_client) = client.into_split();
    let (from_server, to_server) = tokio::io::split(server);
    let down = async {
        tokio::select! {
            () = half.cancelled() => {
                let _ = to_client.shutdown().await;
                // The other way stays open: nobody is told that this one is gone for good.
                std::future::pending::<()>().await;
            }
            () = pump(from_server, &mut to_client, &shared, Way::Down) => {}
        }
    };
    tokio::select! {
        () = reset.cancelled() => {}
        _ = async { tokio::join!(pump(from_client, to_server, &shared, Way::Up), down) } => return,
    }
    rudely_close(to_client.as_ref());
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, shared: &Shared, way: Way) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        shared.hold_up(way).await;
        let passes = shared.admit(way, count);
        if to.write_all(&piece[..passes]).await.is_err() {
            return;
        }
        if passes < count {
            shared.reset_all();
            return std::future::pending().await;
        }
    }
    let _ = to.shutdown().await;
}

/// With a reset instead of an end.
fn rudely_close(stream: &TcpStream) {
    let _ = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

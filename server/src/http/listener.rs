//! Accepts connections and sees to it that none of them costs more than its share.
//!
//! `axum::serve` knows neither time limits nor caps and leaves Nagle's algorithm on, which makes a
//! small answer wait for the acknowledgement of the one before (measured: 44 ms instead of 7).

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::arrival::Peer;
use crate::network::Network;

/// From the first byte that is awaited to the end of the headers.
const HEADER_TIME: Duration = Duration::from_secs(10);
const LARGEST_HEADERS: usize = 16 * 1024;
/// A connection on which nothing moves in either direction; longer than any answer may take.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// How much of an answer must be taken within that time. Who takes less has no use for it and only holds a place.
const LEAST_TAKEN: usize = 16 * 1024;
/// How long open connections may bring one more request when the server stops. It is answered, and told to be the
/// last. Closing at once could meet a request on its way, which a proxy may not send a second time.
const FAREWELL_TIME: Duration = Duration::from_secs(1);
/// How long answers in progress are waited for when the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(20);
/// After a failed accept (no file descriptors left): trying again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many connections there may be.
#[derive(Clone, Debug)]
pub struct Caps {
    /// In all.
    pub total: usize,
    /// From one address.
    pub per_client: usize,
    /// Proxies stand for many people and have no cap of their own.
    pub uncapped: Arc<[Network]>,
}

/// Serves until told to stop, then lets the answers in progress end. With an acceptor, connections are encrypted.
pub async fn serve(
    listener: TcpListener,
    application: Router,
    caps: Caps,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(caps.total));
    let clients = Clients::default();
    let open = GracefulShutdown::new();
    loop {
        // Where all places are taken the next one waits in the operating system's queue.
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok((stream, address)) => (stream, address.ip()),
            Err(cause) => {
                tracing::warn!(%cause, "A connection could not be accepted.");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let is_capped = !caps.uncapped.iter().any(|network| network.contains(peer));
        let seat = clients.enter(peer);
        if is_capped && seat.taken > caps.per_client {
            tracing::debug!(%peer, "A client has too many connections.");
            continue;
        }
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "The socket does not take TCP_NODELAY.");
        }
        let conversation =
            Conversation { peer, application: application.clone(), stop: stop.clone(), _held: (place, seat) };
        let watcher = open.watcher();
        match tls.clone() {
            None => drop(tokio::spawn(conversation.hold(Watched::new(stream), watcher))),
            Some(tls) => drop(tokio::spawn(async move {
                // A client that does not speak TLS, or never ends its greeting, costs no more than this.
                match tokio::time::timeout(HEADER_TIME, tls.accept(Watched::new(stream))).await {
                    Ok(Ok(encrypted)) => conversation.hold(encrypted, watcher).await,
                    Ok(Err(cause)) => tracing::debug!(%peer, %cause, "A connection could not be encrypted."),
                    Err(_) => tracing::debug!(%peer, "A client did not end its greeting."),
                }
            })),
        }
    }
    drop(listener);
    let farewell = Instant::now() + FAREWELL_TIME;
    while open.count() > 0 && Instant::now() < farewell {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waiting = open.count();
    if waiting > 0 {
        tracing::info!(connections = waiting, "Waiting for the last answers.");
    }
    if tokio::time::timeout(DRAIN_TIME, open.shutdown()).await.is_err() {
        tracing::warn!("Some answers did not end in time and were broken off.");
    }
}

/// One connection, from its first request to its last.
struct Conversation {
    peer: IpAddr,
    application: Router,
    stop: CancellationToken,
    _held: (OwnedSemaphorePermit, Seat),
}

impl Conversation {
    async fn hold<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S, watcher: Watcher) {
        let answer = hyper::service::service_fn(|request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(self.peer));
            let (answer, stop) = (self.application.clone().oneshot(request), self.stop.clone());
            async move {
                let mut response = answer.await?;
                if stop.is_cancelled() {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_header_size(LARGEST_HEADERS)
            .serve_connection(TokioIo::new(stream), answer);
        if let Err(cause) = watcher.watch(connection).await {
            // Clients go away all the time; it is worth a line only when somebody looks for it.
            tracing::debug!(peer = %self.peer, %cause, "A connection ended early.");
        }
    }
}

/// How many connections each address has.
#[derive(Clone, Debug, Default)]
struct Clients(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address; given back when dropped.
#[derive(Debug)]
struct Seat {
    clients: Clients,
    address: IpAddr,
    /// How many the address had when this one came, with it.
    taken: usize,
}

impl Clients {
    fn enter(&self, address: IpAddr) -> Seat {
        let address = address.to_canonical();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        *count += 1;
        Seat { clients: self.clone(), address, taken: *count }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.clients.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// A socket that fails when nothing has moved for [`IDLE_TIME`], or when less than [`LEAST_TAKEN`] of an answer was
/// taken in that time: the slow reader would otherwise hold an answer for ever.
struct Watched {
    stream: TcpStream,
    patience: Pin<Box<Sleep>>,
    /// Bytes that were taken since the time was started anew.
    taken: usize,
}

impl Watched {
    fn new(stream: TcpStream) -> Self {
        Self { stream, patience: Box::pin(tokio::time::sleep(IDLE_TIME)), taken: 0 }
    }

    /// Fails when the time is over and the socket is still not ready.
    fn watch<T>(&mut self, context: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            return moved;
        }
        match self.patience.as_mut().poll(context) {
            Poll::Ready(()) => {
                // With a reset: else the system would go on offering what it still holds of the answer, megabytes of it.
                let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Starts the time anew.
    fn renew(&mut self) {
        self.taken = 0;
        self.patience.as_mut().reset(Instant::now() + IDLE_TIME);
    }

    /// The same after something was written, when it was enough.
    fn watch_write(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.taken += bytes;
            if self.taken >= LEAST_TAKEN {
                self.renew();
            }
        }
        self.watch(context, written)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_read(context, buffer);
        if moved.is_ready() {
            self.renew();
        }
        self.watch(context, moved)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watch_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

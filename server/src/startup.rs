//! `hazel serve`: from the settings to a listening server, and back down in order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use service::{Grant, Origin, Service, Store};
use store::{Action, Event, SystemActor};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::database::{self, Opened};
use crate::embedded::{Keeper, PrivatePostgres};
use crate::http::assets::Site;
use crate::http::listener::{self, Caps};
use crate::http::{Hosting, application, tls};
use crate::measures::Measures;
use crate::problem::Problem;
use crate::pulse::Pulse;

/// How often what nobody needs any more is taken away; the first time a minute after the start.
const CLEARING_INTERVAL: Duration = Duration::from_secs(60 * 60);
const CLEARING_DELAY: Duration = Duration::from_secs(60);

/// Serves until the process is told to stop.
///
/// # Errors
/// One sentence on what keeps it from serving.
pub async fn serve(settings: &Settings) -> Result<(), Problem> {
    settings.check()?;
    raise_file_limit();
    let site = read_site(settings)?;
    // From here on a signal ends things in order: a start that is broken off leaves no database behind.
    let stop = CancellationToken::new();
    stop_on_signals(stop.clone());
    let mut opened = database::open_to_serve(settings).await?;
    let served = if stop.is_cancelled() { Ok(()) } else { listen(settings, site, &mut opened, stop).await };
    opened.close().await;
    tracing::info!("Hazel has stopped.");
    served
}

async fn listen(
    settings: &Settings,
    site: Site,
    opened: &mut Opened,
    stop: CancellationToken,
) -> Result<(), Problem> {
    let listener = TcpListener::bind(settings.listen).await.map_err(|cause| {
        Problem::configuration(format!(
            "The address {} can not be listened on: choose another with --listen.",
            settings.listen
        ))
        .because(cause)
    })?;
    let listening = listener.local_addr().unwrap_or(settings.listen);
    let address = settings.address(listening);
    let tls = settings.tls().map(tls::acceptor).transpose()?;
    let measures = Measures::default();
    let service = service_on(opened, address.clone());
    let trusted: Arc<[_]> = settings.trusted_proxies.clone().into();
    let hosting = Hosting {
        service: service.clone(),
        assets: site.assets(),
        site,
        public_url: settings.public_url.clone(),
        has_tls: tls.is_some(),
        trusted_proxies: Arc::clone(&trusted),
        measures: measures.clone(),
        pulse: Pulse::of(opened.options.clone()),
    };
    let caps = Caps {
        total: usize::try_from(settings.connections).unwrap_or(usize::MAX),
        per_client: usize::try_from(settings.connections_per_client).unwrap_or(usize::MAX),
        uncapped: trusted,
    };
    enter(&service, "server.started", configuration(settings, opened, &address)).await?;
    greet(&service, &address, listening).await;
    let clearing = tokio::spawn(clear_leftovers(service.store().clone()));
    if let Some(at) = settings.metrics_listen {
        offer_measures(at, measures, service.clone(), stop.clone()).await?;
    }
    let keeper = opened.private.take().map(|private| keep(private, service.store().clone(), stop.clone()));
    listener::serve(listener, application(hosting), caps, tls, stop.clone()).await;
    clearing.abort();
    let lost = match keeper {
        Some(keeper) => keeper.end().await.map(|private| opened.private = Some(private)),
        None => Ok(()),
    };
    if lost.is_ok()
        && let Err(problem) = enter(&service, "server.stopped", serde_json::json!({})).await
    {
        tracing::warn!("{problem}");
    }
    lost
}

/// Looks after the private database from now on.
fn keep(private: PrivatePostgres, store: Store, stop: CancellationToken) -> Keeper {
    Keeper::start(private, stop, move |room| store.note_room(room))
}

/// The measures have a listener of their own: it can be closed to people and open to the one machine that asks.
async fn offer_measures(
    at: SocketAddr,
    measures: Measures,
    service: Service,
    stop: CancellationToken,
) -> Result<(), Problem> {
    let listener = TcpListener::bind(at).await.map_err(|cause| {
        Problem::configuration(format!(
            "The address {at} can not be listened on: choose another with --metrics-listen."
        ))
        .because(cause)
    })?;
    tracing::info!("Metrics are offered on http://{at}/metrics.");
    let caps = Caps { total: 16, per_client: 16, uncapped: Arc::default() };
    tokio::spawn(listener::serve(listener, measures.page(service), caps, None, stop));
    Ok(())
}

async fn clear_leftovers(store: Store) {
    let mut due = tokio::time::interval_at(tokio::time::Instant::now() + CLEARING_DELAY, CLEARING_INTERVAL);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        match store::leftovers::clear(&store).await {
            Ok(0) => {}
            Ok(rows) => {
                tracing::info!(
                    rows,
                    "Ended sessions, spent links and forms past their time were taken away."
                );
            }
            Err(cause) => tracing::warn!(
                ?cause,
                "What is past its time could not be taken away; tried again in an hour."
            ),
        }
    }
}

/// Starts and stops are on the trail, a start with the settings it was made with: how Hazel was
/// configured at any time is then as well known as who did what.
async fn enter(service: &Service, action: &'static str, body: serde_json::Value) -> Result<(), Problem> {
    let origin = Origin { request: uuid::Uuid::now_v7().simple().to_string(), client: None };
    let event = Event::new(Action(action), "server").saying(body);
    let grant = Grant::system(SystemActor::CommandLine, origin);
    service
        .store()
        .event(&grant, event)
        .await
        .map_err(|cause| Problem::failed("The trail does not take an entry.").because(cause))
}

fn configuration(settings: &Settings, opened: &Opened, address: &str) -> serde_json::Value {
    let proxies: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
    serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "address": address,
        "database": if opened.private.is_some() { "private" } else { "given" },
        "ddl_guard": opened.ddl_guard,
        "trusted_proxies": proxies,
        "encrypts": settings.tls().is_some(),
    })
}

/// The operations on an open database, with the address that links begin with.
pub fn service_on(opened: &Opened, public_url: String) -> Service {
    let settings = service::Settings {
        public_url,
        ddl_guard: opened.ddl_guard,
        hash_cost: service::password::HashCost::STANDARD,
    };
    Service::new(opened.store(), settings)
}

/// What the person at the terminal needs: the address, and on the first start the link.
async fn greet(service: &Service, address: &str, listening: SocketAddr) {
    println!("Hazel {} listens on {listening}: open {address}", env!("CARGO_PKG_VERSION"));
    match service::account::set_up_address(service).await {
        Ok(Some(link)) => {
            println!("Nobody administers this installation yet. Open this link to begin; it works once:");
            println!("  {link}");
        }
        Ok(None) => {}
        Err(failure) => tracing::error!(cause = ?failure, "The set-up link could not be made."),
    }
}

/// The first signal lets the answers in progress end; a second one ends the process at once, and
/// the next start finds everything that was confirmed.
fn stop_on_signals(stop: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::warn!("Signals can not be listened to; the server can only be killed.");
        return;
    };
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        tracing::info!("Stopping.");
        stop.cancel();
        next().await;
        tracing::warn!("Told to stop a second time; ending at once.");
        std::process::exit(1);
    });
}

/// Each connection is a file; the usual soft limit of 1,024 is below the cap on connections.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(cause) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%cause, "The limit on open files stays as it is.");
    }
}

fn read_site(settings: &Settings) -> Result<Site, Problem> {
    match Site::read(settings.site_dir.as_deref()) {
        // A build for development may serve plain pages; what is shipped never does.
        Err(problem) if cfg!(debug_assertions) && settings.site_dir.is_none() => {
            tracing::warn!("{problem}");
            Ok(Site::default())
        }
        read => read,
    }
}

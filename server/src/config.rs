//! Settings: flags and environment in one struct, checked once before anything starts.
//!
//! There is no configuration file. A flag wins over its environment variable, and
//! `hazel config show` prints what holds, with secrets masked.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use secrecy::SecretString;
use store::Held;

use crate::http::tls::Files;
use crate::network::Network;
use crate::problem::Problem;

/// Everything that can be set.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Folder for the database and everything else that must be kept
    /// [default: /var/lib/hazel as root, else the data folder of the user]
    #[arg(long, env = "HAZEL_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,

    /// Address to listen on
    #[arg(long, env = "HAZEL_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080", global = true)]
    pub listen: SocketAddr,

    /// Postgres server to use instead of a private one
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<SecretString>,

    /// File that holds the database URL, for those who keep secrets out of the environment
    #[arg(
        long,
        env = "HAZEL_DATABASE_URL_FILE",
        value_name = "FILE",
        conflicts_with = "database_url",
        global = true
    )]
    pub database_url_file: Option<PathBuf>,

    /// Folder of the Postgres programs, where they are not found by themselves
    #[arg(long, env = "HAZEL_POSTGRES_BIN", value_name = "DIR", global = true)]
    pub postgres_bin: Option<PathBuf>,

    /// Most connections to the database
    #[arg(
        long,
        env = "HAZEL_DATABASE_CONNECTIONS",
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(2..=50),
        global = true
    )]
    pub database_connections: u32,

    /// A pooler stands before the database and hands out connections for one transaction at a time (PgBouncer)
    #[arg(long, env = "HAZEL_DATABASE_POOLER", global = true)]
    pub database_pooler: bool,

    /// Address under which people reach Hazel, such as https://hazel.example.org
    #[arg(long, env = "HAZEL_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<PublicUrl>,

    /// Proxy, or network of proxies, whose X-Forwarded-For is believed; may be repeated
    #[arg(
        long = "trusted-proxy",
        env = "HAZEL_TRUSTED_PROXY",
        value_name = "CIDR",
        value_delimiter = ',',
        global = true
    )]
    pub trusted_proxies: Vec<Network>,

    /// Certificate chain as PEM, for TLS without a proxy; read again when it changes
    #[arg(long, env = "HAZEL_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key", global = true)]
    pub tls_certificate: Option<PathBuf>,

    /// Private key of the certificate, as PEM
    #[arg(long, env = "HAZEL_TLS_KEY", value_name = "FILE", requires = "tls_certificate", global = true)]
    pub tls_key: Option<PathBuf>,

    /// Address that offers metrics to Prometheus; none by itself. They are not secret, and not encrypted
    #[arg(long, env = "HAZEL_METRICS_LISTEN", value_name = "ADDR", global = true)]
    pub metrics_listen: Option<SocketAddr>,

    /// Most open connections in all
    #[arg(
        long,
        env = "HAZEL_CONNECTIONS",
        value_name = "N",
        default_value_t = 2048,
        value_parser = clap::value_parser!(u32).range(1..),
        global = true
    )]
    pub connections: u32,

    /// Most open connections from one address (trusted proxies excepted)
    #[arg(
        long,
        env = "HAZEL_CONNECTIONS_PER_CLIENT",
        value_name = "N",
        default_value_t = 512,
        value_parser = clap::value_parser!(u32).range(1..),
        global = true
    )]
    pub connections_per_client: u32,

    /// Folder with the browser's files [default: `site` beside the program]
    #[arg(long, env = "HAZEL_SITE_DIR", value_name = "DIR", global = true)]
    pub site_dir: Option<PathBuf>,

    /// How log lines are written
    #[arg(
        long,
        env = "HAZEL_LOG_FORMAT",
        value_name = "FORMAT",
        value_enum,
        default_value_t = LogFormat::Pretty,
        global = true
    )]
    pub log_format: LogFormat,

    /// What is logged, such as `info` or `warn,server=debug`
    #[arg(long, env = "HAZEL_LOG", value_name = "FILTER", default_value = "info,sqlx=warn", global = true)]
    pub log: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Pretty,
    /// One JSON object a line, for machines
    Json,
}

/// Where the records are kept.
#[derive(Debug, Clone)]
pub enum Database {
    /// A Postgres of our own in the data folder.
    Private,
    /// One that somebody else runs.
    Given(SecretString),
}

impl Settings {
    /// Refuses combinations that would put plain HTTP on a network.
    ///
    /// # Errors
    /// A sentence that names the flag to set.
    pub fn check(&self) -> Result<(), Problem> {
        if self.listen.ip().is_loopback() {
            return Ok(());
        }
        let ip = self.listen.ip();
        if self.trusted_proxies.is_empty() && self.tls().is_none() {
            return Err(Problem::configuration(format!(
                "Hazel does not offer plain HTTP to a network: listen on 127.0.0.1, \
                 give it a certificate with --tls-certificate and --tls-key, \
                 or put a proxy with TLS in front of {ip} and name it with --trusted-proxy and --public-url."
            )));
        }
        match &self.public_url {
            Some(url) if url.is_https() => Ok(()),
            _ => Err(Problem::configuration(format!(
                "On a network, Hazel must know the address that people use: \
                 listening on {ip} also needs --public-url https://…"
            ))),
        }
    }

    /// The files for TLS, where Hazel itself encrypts.
    pub fn tls(&self) -> Option<Files> {
        let (certificate, key) = self.tls_certificate.clone().zip(self.tls_key.clone())?;
        Some(Files { certificate, key })
    }

    /// The folder for everything that must be kept.
    ///
    /// # Errors
    /// When neither a flag nor the environment says where.
    pub fn data_dir(&self) -> Result<PathBuf, Problem> {
        let chosen = match &self.data_dir {
            Some(dir) => dir.clone(),
            None => default_data_dir(
                rustix::process::geteuid().is_root(),
                std::env::var_os("XDG_DATA_HOME").map(PathBuf::from),
                std::env::var_os("HOME").map(PathBuf::from),
            )
            .ok_or_else(|| {
                Problem::configuration(
                    "There is no home folder to keep the database in: name a folder with --data-dir.",
                )
            })?,
        };
        std::path::absolute(&chosen).map_err(|cause| {
            Problem::configuration(format!("{} is no usable folder name.", chosen.display())).because(cause)
        })
    }

    /// Which database holds the records.
    ///
    /// # Errors
    /// When the file that should hold the URL can not be read.
    pub fn database(&self) -> Result<Database, Problem> {
        if let Some(url) = &self.database_url {
            return Ok(Database::Given(url.clone()));
        }
        let Some(file) = &self.database_url_file else {
            return Ok(Database::Private);
        };
        let url = std::fs::read_to_string(file).map_err(|cause| {
            Problem::configuration(format!("The database URL can not be read from {}.", file.display()))
                .because(cause)
        })?;
        Ok(Database::Given(SecretString::from(url.trim())))
    }

    /// For how long a connection to a given database is the same one.
    pub fn held(&self) -> Held {
        if self.database_pooler { Held::ForTransaction } else { Held::ForSession }
    }

    /// Where people reach this server: the public URL, or the address that it listens on.
    pub fn address(&self, listening: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None if self.tls().is_some() => format!("https://{listening}"),
            None => format!("http://{listening}"),
        }
    }

    /// What holds, one setting a line, secrets masked.
    pub fn shown(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: String| {
            // Writing to a string can not fail.
            let _ = writeln!(text, "{name:<24}{value}");
        };
        line("data-dir", self.data_dir().map_or_else(|_| "none".to_owned(), |dir| dir.display().to_string()));
        line("listen", self.listen.to_string());
        line(
            "database",
            match self.database() {
                Ok(Database::Private) => "private Postgres in the data folder".to_owned(),
                Ok(Database::Given(url)) => masked(&url),
                Err(problem) => problem.to_string(),
            },
        );
        line("postgres-bin", shown_path(self.postgres_bin.as_deref(), "found by itself"));
        line("database-connections", self.database_connections.to_string());
        line("database-pooler", if self.database_pooler { "yes" } else { "no" }.to_owned());
        line(
            "public-url",
            self.public_url.as_ref().map_or_else(|| "none".to_owned(), |url| url.as_str().to_owned()),
        );
        line(
            "trusted-proxy",
            if self.trusted_proxies.is_empty() {
                "none".to_owned()
            } else {
                let all: Vec<_> = self.trusted_proxies.iter().map(ToString::to_string).collect();
                all.join(", ")
            },
        );
        line("tls-certificate", shown_path(self.tls_certificate.as_deref(), "none"));
        line("tls-key", shown_path(self.tls_key.as_deref(), "none"));
        line(
            "metrics-listen",
            self.metrics_listen.map_or_else(|| "none".to_owned(), |address| address.to_string()),
        );
        line("connections", self.connections.to_string());
        line("connections-per-client", self.connections_per_client.to_string());
        line("site-dir", shown_path(self.site_dir.as_deref(), "beside the program"));
        line(
            "log-format",
            match self.log_format {
                LogFormat::Pretty => "pretty".to_owned(),
                LogFormat::Json => "json".to_owned(),
            },
        );
        line("log", self.log.clone());
        text
    }
}

fn shown_path(path: Option<&Path>, otherwise: &str) -> String {
    path.map_or_else(|| otherwise.to_owned(), |path| path.display().to_string())
}

/// The URL with everything between the user's name and the host hidden, and every parameter
/// that could carry a password.
fn masked(url: &SecretString) -> String {
    use secrecy::ExposeSecret as _;
    let url = url.expose_secret();
    // What is no URL may hold a password anywhere.
    let Some((scheme, rest)) = url.split_once("://") else { return "***, and no URL".to_owned() };
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(a, b)| (a, Some(b)));
    // The last @ ends the credentials: a password may contain one.
    let shown = match rest.rsplit_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:***@{host}")
        }
        None => format!("{scheme}://{rest}"),
    };
    match query {
        Some(_) => format!("{shown}?***"),
        None => shown,
    }
}

fn default_data_dir(root: bool, data_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    if root {
        return Some(PathBuf::from("/var/lib/hazel"));
    }
    // The XDG rule: a relative path there is invalid and ignored.
    data_home
        .filter(|dir| dir.is_absolute())
        .or_else(|| home.filter(|dir| dir.is_absolute()).map(|dir| dir.join(".local/share")))
        .map(|dir| dir.join("hazel"))
}

/// The address people type: scheme, host and perhaps a port, nothing after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// As an origin, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the way to the browser is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let wrong = || "must be like https://hazel.example.org, without a path".to_owned();
        let uri: http::Uri = text.parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str().ok_or_else(wrong)?;
        let authority = uri.authority().ok_or_else(wrong)?;
        let is_origin = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !is_origin || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(wrong());
        }
        let loopback = authority.host() == "localhost"
            || authority.host().trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        match scheme {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err("must begin with https:// unless it is this machine itself".to_owned()),
            _ => return Err(wrong()),
        }
        // Browsers leave the default port out of an origin.
        let default_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.as_str();
        let authority = authority.strip_suffix(default_port).unwrap_or(authority);
        Ok(Self(format!("{scheme}://{authority}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct OnlySettings {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(flags: &[&str]) -> Settings {
        let all = std::iter::once("hazel").chain(flags.iter().copied());
        OnlySettings::try_parse_from(all).unwrap().settings
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_a_proxy_is_named() {
        let proxy = "--trusted-proxy=10.0.0.0/8";
        let table: &[(&[&str], bool)] = &[
            (&[], true),
            (&["--listen=127.0.0.1:9000"], true),
            (&["--listen=[::1]:9000"], true),
            (&["--listen=0.0.0.0:8080"], false),
            (&["--listen=[::]:8080"], false),
            (&["--listen=10.1.2.3:8080"], false),
            (&["--listen=0.0.0.0:8080", proxy], false),
            (&["--listen=0.0.0.0:8080", "--public-url=https://h.example"], false),
            (&["--listen=0.0.0.0:8080", proxy, "--public-url=http://localhost"], false),
            (&["--listen=0.0.0.0:8080", proxy, "--public-url=https://h.example"], true),
            (&["--listen=0.0.0.0:8443", "--tls-certificate=c", "--tls-key=k"], false),
            (
                &[
                    "--listen=0.0.0.0:8443",
                    "--tls-certificate=c",
                    "--tls-key=k",
                    "--public-url=https://h.example",
                ],
                true,
            ),
        ];
        for (flags, allowed) in table {
            assert_eq!(settings(flags).check().is_ok(), *allowed, "{flags:?}");
        }
    }

    #[test]
    fn shown_settings_hide_the_password() {
        let url = "--database-url=postgres://hz_app:s3c@ret@db.example:5432/hazel?password=other";
        let shown = settings(&[url]).shown();
        assert!(shown.contains("postgres://hz_app:***@db.example:5432/hazel?***"), "{shown}");
        assert!(!shown.contains("s3c") && !shown.contains("other"));
        assert!(!format!("{:?}", settings(&[url])).contains("s3c"));
    }

    #[test]
    fn a_public_url_is_an_origin() {
        let table = [
            ("https://hazel.example.org/", Some("https://hazel.example.org")),
            ("https://Hazel.Example.org:443", Some("https://hazel.example.org")),
            ("https://hazel.example.org:8443", Some("https://hazel.example.org:8443")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("http://[::1]:8080", Some("http://[::1]:8080")),
            ("http://hazel.example.org", None),
            ("https://hazel.example.org/app", None),
            ("https://user@hazel.example.org", None),
            ("ftp://hazel.example.org", None),
            ("hazel.example.org", None),
        ];
        for (given, expected) in table {
            let parsed = given.parse::<PublicUrl>().ok();
            assert_eq!(parsed.as_ref().map(PublicUrl::as_str), expected, "{given}");
        }
    }

    #[test]
    fn the_data_folder_follows_the_person() {
        let path = |text: &str| Some(PathBuf::from(text));
        let table = [
            ((true, path("/x"), path("/root")), path("/var/lib/hazel")),
            ((false, path("/x"), path("/home/a")), path("/x/hazel")),
            ((false, path("x"), path("/home/a")), path("/home/a/.local/share/hazel")),
            ((false, None, path("/home/a")), path("/home/a/.local/share/hazel")),
            ((false, None, None), None),
        ];
        for ((root, data_home, home), expected) in table {
            assert_eq!(default_data_dir(root, data_home, home), expected);
        }
    }
}

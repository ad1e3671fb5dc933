//! Encrypted transport from certificate files, where no proxy does it. The files are read again when they change,
//! so that a renewed certificate needs no restart; a file that can not be used changes nothing and is warned about.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, crypto};
use tokio_rustls::TlsAcceptor;

use crate::problem::Problem;

/// How often the files are looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Where certificate chain and key lie, both as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate of this server, then those between it and the root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The certificate that is shown now.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Encrypts connections, TLS 1.2 and 1.3, and keeps the certificate up to date from now on.
///
/// # Errors
/// One sentence on the file that can not be used.
pub fn acceptor(files: Files) -> Result<TlsAcceptor, Problem> {
    let shown = Arc::new(Shown(RwLock::new(Arc::new(read(&files)?))));
    let mut config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|cause| Problem::failed("TLS can not be set up.").because(cause))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    tokio::spawn(follow(files, shown));
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Shows a new certificate when the files have changed.
async fn follow(files: Files, shown: Arc<Shown>) {
    let mut seen = changed_at(&files);
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        let now = changed_at(&files);
        if now == seen {
            continue;
        }
        match read(&files) {
            Ok(certified) => {
                *shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(certified);
                seen = now;
                tracing::info!("The certificate was read anew.");
            }
            // Perhaps only one of the two files has been replaced so far: it is tried again.
            Err(problem) => tracing::warn!("The certificate is kept as it was. {problem}"),
        }
    }
}

fn changed_at(files: &Files) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|file| std::fs::metadata(file).and_then(|meta| meta.modified()).ok())
}

fn read(files: &Files) -> Result<CertifiedKey, Problem> {
    let unusable = |file: &PathBuf, what: &str| {
        Problem::configuration(format!("{} holds no {what} that can be used, as PEM.", file.display()))
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| unusable(&files.certificate, "certificate").because(cause))?;
    if chain.is_empty() {
        return Err(unusable(&files.certificate, "certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|cause| unusable(&files.key, "private key").because(cause))?;
    CertifiedKey::from_der(chain, key, &crypto::ring::default_provider()).map_err(|cause| {
        Problem::configuration(format!(
            "The key in {} does not belong to the certificate in {}.",
            files.key.display(),
            files.certificate.display()
        ))
        .because(cause)
    })
}

//! A certificate of our own, and a client that trusts it alone.

use std::fs;
use std::io::{Error, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::hosted::Answer;

/// A certificate for one name, written where a server finds it.
pub struct Certificate {
    name: &'static str,
    der: CertificateDer<'static>,
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Certificate {
    pub fn write(folder: &Path, name: &'static str) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let (chain, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        fs::write(&chain, cert.pem()).unwrap();
        Self { name, der: cert.der().clone(), chain, key }
    }

    pub fn open(&self, address: SocketAddr) -> Result<StreamOwned<ClientConnection, TcpStream>, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = ClientConnection::new(Arc::new(config), self.name.try_into().unwrap()).unwrap();
        let socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(StreamOwned::new(client, socket))
    }

    pub fn send(&self, address: SocketAddr, request: &str) -> Result<Answer, Error> {
        let mut stream = self.open(address)?;
        stream.write_all(request.as_bytes())?;
        Ok(Answer::read(stream))
    }

    pub fn get(&self, address: SocketAddr, path: &str) -> Result<Answer, Error> {
        let name = self.name;
        self.send(address, &format!("GET {path} HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n"))
    }
}

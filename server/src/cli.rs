//! The command line. Each command is one function; what it answers goes to standard output.

use clap::{Parser, Subcommand};
use secrecy::SecretString;

use crate::config::Settings;
use crate::problem::Problem;
use crate::{database, embedded, logs, migrate, startup};

/// The hazard and evidence ledger for medical software.
#[derive(Debug, Parser)]
#[command(name = "hazel", version, about, arg_required_else_help = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve Hazel; without a database URL, with a private Postgres in the data folder
    Serve,
    /// Bring the database to the schema of this build
    Migrate {
        /// URL of a role that may create roles, best a superuser; needed with a given database
        #[arg(long, env = "HAZEL_ADMIN_URL", value_name = "URL", hide_env_values = true)]
        admin_url: Option<SecretString>,
    },
    /// Settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what holds, with secrets masked
    Show,
}

impl CommandLine {
    /// Does what was asked.
    ///
    /// # Errors
    /// One sentence on what went wrong.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.settings;
        logs::begin(settings.log_format, &settings.log)?;
        match self.command {
            Command::Serve => startup::serve(&settings).await,
            Command::Migrate { admin_url } => migrate(&settings, admin_url).await,
            Command::Config { command: ConfigCommand::Show } => {
                print!("{}", settings.shown());
                Ok(())
            }
        }
    }
}

async fn migrate(settings: &Settings, admin_url: Option<SecretString>) -> Result<(), Problem> {
    let report = match admin_url {
        Some(url) => {
            let installer = migrate::Installer { admin: database::parse_url(&url)?, migrate: None };
            migrate::run(&installer).await?
        }
        None => match settings.database()? {
            crate::config::Database::Private => {
                let folders = embedded::Folders::in_data_dir(&settings.data_dir()?);
                let private = database::start_private_unless_running(settings, &folders).await?;
                let report = database::install_private(&folders).await;
                if let Some(private) = private {
                    let _ = tokio::task::spawn_blocking(move || private.stop()).await;
                }
                report?
            }
            crate::config::Database::Given(_) => {
                return Err(Problem::usage(
                    "A given database is migrated by its administrator: add --admin-url with a URL of a role \
                     that may create roles.",
                ));
            }
        },
    };
    if report.applied.is_empty() {
        println!("The database is up to date.");
    }
    for name in &report.applied {
        println!("applied {name}");
    }
    Ok(())
}

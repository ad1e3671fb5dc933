//! The command line. Each command is one function; what it answers goes to standard output.

mod people;
mod records;
mod rules;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use secrecy::SecretString;
use service::Origin;

use crate::config::Settings;
use crate::problem::Problem;
use crate::{logs, startup};

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
    /// Look at the database and the clock as a start would, without serving
    Check,
    /// Copy the database into a new folder, while people work
    Backup {
        /// The folder; it must be empty or missing
        folder: PathBuf,
        /// URL of the role hz_backup; needed with a given database
        #[arg(long, env = "HAZEL_BACKUP_URL", value_name = "URL", hide_env_values = true)]
        backup_url: Option<SecretString>,
    },
    /// Bring a backup back, into an empty data folder
    Restore {
        /// The folder of the backup
        folder: PathBuf,
    },
    /// People
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// The demonstration
    Demo {
        #[command(subcommand)]
        command: DemoCommand,
    },
    /// Classify answers: reads {"answers": {…}} from standard input, prints the verdicts
    Classify,
    /// Print what a software safety class owes
    Deliverables {
        /// The class of IEC 62304
        #[arg(long, value_enum, ignore_case = true)]
        class: Class,
    },
    /// Settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person and print the link by which they choose a password
    Add {
        /// The person's name
        #[arg(long)]
        name: String,
        /// The address that the person signs in with
        #[arg(long)]
        email: String,
        /// Let the person administer the installation
        #[arg(long)]
        administrator: bool,
    },
    /// Print a link by which a person chooses a new password
    Link {
        /// The address that the person signs in with
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Load the demonstration products
    Load {
        /// Address of a person who gets the roles to try them
        #[arg(long = "for", value_name = "EMAIL")]
        email: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what holds, with secrets masked
    Show,
}

/// The classes of IEC 62304, as they are typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Class {
    #[value(name = "A")]
    A,
    #[value(name = "B")]
    B,
    #[value(name = "C")]
    C,
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
            Command::Migrate { admin_url } => records::migrate(&settings, admin_url).await,
            Command::Check => records::check(&settings).await,
            Command::Backup { folder, backup_url } => records::backup(&settings, &folder, backup_url).await,
            Command::Restore { folder } => records::restore(&settings, &folder).await,
            Command::User { command: UserCommand::Add { name, email, administrator } } => {
                people::add(&settings, &name, &email, administrator).await
            }
            Command::User { command: UserCommand::Link { email } } => people::link(&settings, &email).await,
            Command::Demo { command: DemoCommand::Load { email } } => {
                people::load_demonstration(&settings, email.as_deref()).await
            }
            Command::Classify => rules::classify(std::io::stdin().lock()),
            Command::Deliverables { class } => rules::deliverables(class),
            Command::Config { command: ConfigCommand::Show } => {
                print!("{}", settings.shown());
                Ok(())
            }
        }
    }
}

/// Where an act of the command line comes from: a request of its own, and no client.
fn origin() -> Origin {
    Origin { request: uuid::Uuid::now_v7().simple().to_string(), client: None }
}

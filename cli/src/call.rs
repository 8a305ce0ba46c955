//! `regno call`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_conformance::chain::{CALLER, Chain, ChainError, Message, Options, Outcome, StoredPackages};
use regno_conformance::coins;
use regno_conformance::store::SourceStore;
use regno_store::Store;
use regno_store::disk::DiskStore;
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// What a message is executed with.
#[derive(clap::Args, Clone, Debug)]
pub struct ContextArgs {
    /// Address of the caller; one that has never sent a message has 10000000000ugnot
    #[arg(long, default_value = CALLER)]
    caller: String,
    /// Coins to move from the caller to the package, such as 10ugnot
    #[arg(long, default_value = "")]
    send: String,
    /// What storage may cost in ugnot; 0 for the chain's default
    #[arg(long, default_value_t = 0)]
    max_deposit: u64,
    /// Block height
    #[arg(long, default_value_t = 123)]
    height: i64,
    /// Block time in Unix seconds
    #[arg(long, default_value_t = 1_234_567_890)]
    time: i64,
    /// Chain id
    #[arg(long, default_value = "dev")]
    chain_id: String,
    /// Stop when more gas than this is used
    #[arg(long)]
    gas_limit: Option<u64>,
    /// Execute, but write nothing
    #[arg(long)]
    simulate: bool,
    /// Print gas, storage and events to standard error afterwards
    #[arg(long)]
    metrics: bool,
    /// Print one JSON object: output, results, error, gas, storage, events
    #[arg(long)]
    json: bool,
}

impl ContextArgs {
    /// How the message is executed.
    pub fn options(&self) -> Options {
        Options { gas_limit: self.gas_limit, max_alloc: Some(500_000_000), simulate: self.simulate }
    }

    /// The message.
    pub fn message(&self) -> Result<Message, Error> {
        let send = coins::parse_coins(&self.send).map_err(|error| Error::Usage(format!("--send: {error}")))?;
        Ok(Message {
            caller: self.caller.clone(),
            send,
            max_deposit: Some(self.max_deposit),
            chain_id: self.chain_id.clone(),
            height: self.height,
            time: self.time,
        })
    }

    /// Does something with the chain on a store.
    pub fn on_chain<T>(
        &self,
        store: &dyn Store,
        packages: &PackageArgs,
        act: impl FnOnce(&Chain<'_>) -> T,
    ) -> Result<T, Error> {
        let (folders, cache) = (packages.folders(false)?, packages.cache.open());
        let (packages, sources) = (StoredPackages::new(store, &folders), SourceStore::default());
        Ok(act(&Chain::new(&packages, &sources, self.options()).with_cache(cache.as_ref())))
    }
}

/// Call a function of a stored realm.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the state
    state: PathBuf,
    /// Import path of the realm
    path: String,
    /// Function, or with --eval an expression: an exported name or a call of a function that does not cross
    func: String,
    /// Arguments as text, converted to the types of the parameters
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// Evaluate an expression instead of calling a function; nothing is written
    #[arg(long)]
    eval: bool,
    #[command(flatten)]
    context: ContextArgs,
    #[command(flatten)]
    packages: PackageArgs,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let store = DiskStore::open_existing(&args.state).map_err(|error| Error::State(error.to_string()))?;
    let message = args.context.message()?;
    if args.eval && !args.args.is_empty() {
        return Err(Error::Usage("an expression has its arguments in it".to_owned()));
    }
    let outcome = args.context.on_chain(&store, &args.packages, |chain| match args.eval {
        true => chain.query(&args.path, &args.func, &message),
        false => chain.call(&args.path, &args.func, &args.args, &message),
    })?;
    show(outcome, &args.context)
}

/// Prints what a message did.
pub fn show(outcome: Result<Outcome, ChainError>, args: &ContextArgs) -> Result<ExitCode, Error> {
    if args.json {
        return show_json(outcome);
    }
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(ChainError::Store(error)) => return Err(Error::State(error.to_string())),
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    input::say(&outcome.output)?;
    for result in &outcome.results {
        input::say(format!("{result}\n").as_bytes())?;
    }
    if args.metrics {
        let mut text = format!("gas: {}\n", outcome.report.gas);
        for (name, gas) in outcome.report.by_category().filter(|(_, gas)| *gas != 0) {
            text.push_str(&format!("  {name}: {gas}\n"));
        }
        for (path, diff) in &outcome.storage {
            text.push_str(&format!("storage of {path}: {diff:+}\n"));
        }
        for event in &outcome.events {
            text.push_str(&format!("event {} of {}", event.ty, event.pkg_path));
            event.attributes.iter().for_each(|(key, value)| text.push_str(&format!(" {key}={value}")));
            text.push('\n');
        }
        let _ = write!(std::io::stderr(), "{text}");
    }
    Ok(ExitCode::SUCCESS)
}

fn show_json(outcome: Result<Outcome, ChainError>) -> Result<ExitCode, Error> {
    let (value, code) = match outcome {
        Ok(outcome) => {
            let by = outcome.report.by_category().filter(|(_, gas)| *gas != 0);
            let by: Map<String, Value> = by.map(|(name, gas)| (name.to_owned(), json!(gas))).collect();
            let events = outcome.events.iter().map(|event| {
                let attributes = event.attributes.iter().map(|(key, value)| json!({"key": key, "value": value}));
                json!({"type": event.ty, "attrs": attributes.collect::<Vec<_>>(), "pkg_path": event.pkg_path})
            });
            let storage: Map<String, Value> =
                outcome.storage.iter().map(|(path, diff)| (path.clone(), json!(diff))).collect();
            let value = json!({
                "output": String::from_utf8_lossy(&outcome.output),
                "results": outcome.results,
                "gas": outcome.report.gas,
                "gas_by": by,
                "storage": storage,
                "events": events.collect::<Vec<_>>(),
            });
            (value, ExitCode::SUCCESS)
        }
        Err(ChainError::Store(error)) => return Err(Error::State(error.to_string())),
        Err(error) => (json!({ "error": error.to_string() }), ExitCode::FAILURE),
    };
    input::say(format!("{value}\n").as_bytes())?;
    Ok(code)
}

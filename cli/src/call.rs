//! `regno call`

use crate::error::Error;
use crate::input;
use crate::packages::PackageArgs;
use regno_conformance::chain::{CALLER, Chain, ChainError, ChainEvent, Message, Options, Outcome, StoredPackages};
use regno_conformance::coins;
use regno_conformance::packages::PackageFolders;
use regno_conformance::store::SourceStore;
use regno_runtime::{Coin, Report};
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

    /// Does something with the chain on a store. With `tests`, packages that are added have their test files checked.
    pub fn on_chain<T>(
        &self,
        store: &dyn Store,
        packages: &PackageArgs,
        tests: Option<&PackageFolders>,
        act: impl FnOnce(&Chain<'_>) -> T,
    ) -> Result<T, Error> {
        let (folders, cache) = (packages.folders(false)?, packages.cache.open());
        let (packages, sources) = (StoredPackages::new(store, &folders), SourceStore::default());
        let chain = Chain::new(&packages, &sources, self.options()).with_cache(cache.as_ref());
        Ok(act(&match tests {
            Some(library) => chain.with_tests(library),
            None => chain,
        }))
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
    let outcome = args.context.on_chain(&store, &args.packages, None, |chain| match args.eval {
        true => chain.query(&args.path, &args.func, &message),
        false => chain.call(&args.path, &args.func, &args.args, &message),
    })?;
    show(outcome, &args.context)
}

/// Prints what a message did.
pub fn show(outcome: Result<Outcome, ChainError>, args: &ContextArgs) -> Result<ExitCode, Error> {
    if let Err(ChainError::Store(error)) = outcome {
        return Err(Error::State(error.to_string()));
    }
    if args.json {
        let (value, code) = match &outcome {
            Ok(outcome) => (outcome_json(outcome), ExitCode::SUCCESS),
            Err(error) => (error_json(error), ExitCode::FAILURE),
        };
        input::say(format!("{value}\n").as_bytes())?;
        return Ok(code);
    }
    // A closed standard error leaves nobody to tell.
    let tell = |text: String| drop(std::io::stderr().write_all(text.as_bytes()));
    match outcome {
        Ok(outcome) => {
            input::say(&outcome.output)?;
            for result in &outcome.results {
                input::say(format!("{result}\n").as_bytes())?;
            }
            if args.metrics {
                tell(format!("{}{}", gas_text(&outcome.report), effects_text(&outcome)));
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            tell(format!("{error}\n"));
            if let ChainError::Run(failure) = &error {
                if !failure.stacktrace.is_empty() {
                    tell(format!("Stacktrace:\n{}\n", failure.stacktrace));
                }
                if args.metrics {
                    tell(gas_text(&failure.report));
                }
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn gas_text(report: &Report) -> String {
    let mut text = format!("gas: {}\n", report.gas);
    for (name, gas) in report.by_category().filter(|(_, gas)| *gas != 0) {
        text.push_str(&format!("  {name}: {gas}\n"));
    }
    text
}

fn effects_text(outcome: &Outcome) -> String {
    let storage = outcome.storage.iter().map(|(path, diff)| format!("storage of {path}: {diff:+}\n"));
    let events = outcome.events.iter().map(|event| match event {
        ChainEvent::Emitted(event) => {
            let attributes = event.attributes.iter().map(|(key, value)| format!(" {key}={value}"));
            format!("event {} of {}{}\n", event.ty, event.pkg_path, attributes.collect::<String>())
        }
        ChainEvent::StorageDeposit { bytes_delta, fee_delta, pkg_path } => {
            format!(
                "deposit of {pkg_path}: {} for {bytes_delta} bytes\n",
                coins::coins_text(std::slice::from_ref(fee_delta))
            )
        }
        ChainEvent::StorageUnlock { bytes_delta, fee_refund, pkg_path, refund_withheld } => {
            let to = if *refund_withheld { "withheld" } else { "returned" };
            format!(
                "deposit of {pkg_path}: {} {to} for {bytes_delta} bytes\n",
                coins::coins_text(std::slice::from_ref(fee_refund))
            )
        }
    });
    storage.chain(events).collect()
}

fn outcome_json(outcome: &Outcome) -> Value {
    let storage: Map<String, Value> = outcome.storage.iter().map(|(path, diff)| (path.clone(), json!(diff))).collect();
    json!({
        "output": String::from_utf8_lossy(&outcome.output),
        "results": outcome.results,
        "gas": outcome.report.gas,
        "gas_by": gas_json(&outcome.report),
        "storage": storage,
        "events": outcome.events.iter().map(event_json).collect::<Vec<_>>(),
    })
}

fn error_json(error: &ChainError) -> Value {
    let ChainError::Run(failure) = error else { return json!({ "error": error.to_string() }) };
    json!({
        "error": error.to_string(),
        "stacktrace": failure.stacktrace,
        "output": String::from_utf8_lossy(&failure.output),
        "gas": failure.report.gas,
        "gas_by": gas_json(&failure.report),
    })
}

fn gas_json(report: &Report) -> Map<String, Value> {
    report.by_category().filter(|(_, gas)| *gas != 0).map(|(name, gas)| (name.to_owned(), json!(gas))).collect()
}

/// The forms of a chain's transaction results (spec/07 §12).
fn event_json(event: &ChainEvent) -> Value {
    let coin = |coin: &Coin| json!({"denom": coin.denom, "amount": coin.amount});
    match event {
        ChainEvent::Emitted(event) => {
            let attributes = event.attributes.iter().map(|(key, value)| json!({"key": key, "value": value}));
            json!({"type": event.ty, "attrs": attributes.collect::<Vec<_>>(), "pkg_path": event.pkg_path})
        }
        ChainEvent::StorageDeposit { bytes_delta, fee_delta, pkg_path } => {
            json!({"bytes_delta": bytes_delta, "fee_delta": coin(fee_delta), "pkg_path": pkg_path})
        }
        ChainEvent::StorageUnlock { bytes_delta, fee_refund, pkg_path, refund_withheld } => json!({
            "bytes_delta": bytes_delta,
            "fee_refund": coin(fee_refund),
            "pkg_path": pkg_path,
            "refund_withheld": refund_withheld,
        }),
    }
}

//! `regno call`

use crate::input::{self, Error};
use crate::packages::PackageArgs;
use regno_conformance::chain::{Chain, ChainError, Options, Outcome};
use regno_conformance::coins;
use regno_runtime::{Context, TestBanker};
use regno_store::disk::DiskStore;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// The caller unless another is given.
const CALLER: &str = "g1wymu47drhr0kuq2098m792lytgtj2nyx77yrsm";

/// What a message is executed with.
#[derive(clap::Args, Clone, Debug)]
pub struct ContextArgs {
    /// Address of the caller
    #[arg(long, default_value = CALLER)]
    caller: String,
    /// Coins sent with the message, such as 10ugnot
    #[arg(long, default_value = "")]
    send: String,
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
    /// Print gas and storage to standard error afterwards
    #[arg(long)]
    metrics: bool,
}

impl ContextArgs {
    /// How the message is executed.
    pub fn options(&self) -> Options {
        Options { gas_limit: self.gas_limit, max_alloc: Some(500_000_000), simulate: self.simulate }
    }

    /// What the program finds in its context.
    pub fn context(&self) -> Result<Context, Error> {
        let send = coins::parse_coins(&self.send).map_err(|error| Error::State(format!("--send: {error}")))?;
        let mut banker = TestBanker::default();
        banker.credit(&self.caller, &send);
        Ok(Context {
            chain_id: self.chain_id.clone(),
            height: self.height,
            timestamp: self.time,
            origin_caller: self.caller.clone(),
            origin_send: send,
            banker: Box::new(banker),
            ..Context::default()
        })
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
    let folders = args.packages.folders(false)?;
    let chain = Chain::new(&store, &folders, args.context.options());
    let context = args.context.context()?;
    let outcome = if args.eval {
        chain.query(&args.path, &args.func, context)
    } else {
        chain.call(&args.path, &args.func, &args.args, context)
    };
    show(outcome, &args.context)
}

/// Prints what a message did.
pub fn show(outcome: Result<Outcome, ChainError>, args: &ContextArgs) -> Result<ExitCode, Error> {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(ChainError::Store(error)) => return Err(Error::State(error.to_string())),
        Err(error) => {
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
        let _ = write!(std::io::stderr(), "{text}");
    }
    Ok(ExitCode::SUCCESS)
}

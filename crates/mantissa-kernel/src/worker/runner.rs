//! Loads cells and runs them.
#![allow(unsafe_code)]

use super::{IS_CHILD, ROLE, STDIO, keeper::COMMANDS};
use libloading::{Library, os::unix};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use rustix::stdio::dup2_stdin;
use std::convert::Infallible;
use std::env;
use std::ffi::c_void;
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What the runner writes between the output of cells: lines that no program prints by accident.
pub(super) const RUNNER: &str = "\u{1}mantissa runner ";
pub(super) const RESTORED: &str = "\u{1}mantissa restored ";
pub(super) const END: &str = "\u{1}mantissa end";
pub(super) const STAYED: &str = "\u{1}mantissa stayed";
/// A cell reads its standard input (see `seed/stdio.rs`).
pub(super) const READS: &str = "\u{1}mantissa reads";

/// What the keeper says at the end of a cell: go on, or let the snapshot go on.
pub(super) const ON: &str = "ON";
pub(super) const BACK: &str = "BACK";

/// How long printed text without a newline may wait.
const TICK: Duration = Duration::from_millis(50);

/// How the library for streams is loaded: the standard library that comes with it, which is that of cells,
/// finds its functions before those of libc.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HOW: i32 = libc::RTLD_NOW | libc::RTLD_DEEPBIND;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
const HOW: i32 = libc::RTLD_NOW;

/// Runs what it is told to until nobody tells it any more.
pub(super) fn run() -> io::Result<Infallible> {
    let commands = commands()?;
    STDIO_OF_CELLS.load()?;
    thread::spawn(tick);
    say(format_args!("{RUNNER}{}", pid()))?;
    let mut store = std::ptr::null_mut();
    loop {
        let line = read_line(&commands)?;
        let Some((library, function)) = line
            .strip_prefix("LOAD_AND_RUN ")
            .and_then(|rest| rest.rsplit_once(' '))
        else {
            return Err(io::Error::other(format!("unknown command {line:?}")));
        };
        match Snapshot::take()? {
            Fork::Runner(snapshot) => {
                // SAFETY: the engine has compiled this library for this one call.
                store = unsafe { call(library, function, store) }.map_err(io::Error::other)?;
                STDIO_OF_CELLS.flush();
                say(format_args!("{END}"))?;
                writeln!(io::stderr(), "{END}")?;
                if read_line(&commands)? == BACK {
                    if alone() {
                        // SAFETY: ends this process without running anything of the learner's.
                        unsafe { libc::_exit(0) }
                    }
                    say(format_args!("{STAYED}"))?;
                }
                snapshot.dismiss()?;
            }
            Fork::Snapshot => {
                thread::spawn(tick);
                say(format_args!("{RESTORED}{}", pid()))?;
            }
        }
    }
}

/// Whether nobody would miss this process: threads of the learner's would not be in the snapshot.
fn alone() -> bool {
    // This thread, and the one that ticks. Where there is no such folder, we take the risk.
    std::fs::read_dir("/proc/self/task").map_or(true, |threads| threads.count() <= 2)
}

/// The pipe by which the keeper tells what to run.
fn commands() -> io::Result<File> {
    let number: RawFd = env::var(COMMANDS)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| io::Error::other("a runner is started by its keeper"))?;
    // SAFETY: the keeper made this descriptor for us alone, and cells see nothing of how they are run;
    // no other thread is there yet.
    let file = unsafe {
        for name in [COMMANDS, ROLE, IS_CHILD] {
            env::remove_var(name);
        }
        OwnedFd::from_raw_fd(number)
    };
    fcntl_setfd(&file, FdFlags::CLOEXEC)?;
    Ok(File::from(file))
}

/// A line, byte by byte: a buffer would be copied into the snapshot.
fn read_line(mut from: &File) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match from.read(&mut byte) {
            Ok(0) => std::process::exit(0),
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    String::from_utf8(line).map_err(io::Error::other)
}

/// Writes a line of our own where cells print.
fn say(line: std::fmt::Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

fn pid() -> i32 {
    getpid().as_raw_nonzero().get()
}

/// Calls a compiled cell.
///
/// # Safety
/// `function` of `library` must take the engine's variables and give them back.
unsafe fn call(
    library: &str,
    function: &str,
    store: *mut c_void,
) -> Result<*mut c_void, libloading::Error> {
    // Never unloaded: variables point into it.
    let library = ManuallyDrop::new(unsafe { Library::new(library) }?);
    let function =
        unsafe { library.get::<extern "C" fn(*mut c_void) -> *mut c_void>(function.as_bytes())? };
    Ok(function(store))
}

/// What `fork` makes of one process.
enum Fork {
    Runner(Snapshot),
    /// The runner is gone.
    Snapshot,
}

/// A process that holds all variables as they are now.
struct Snapshot {
    pid: Pid,
    /// The snapshot sleeps until this is written to, or closed.
    awake: io::PipeWriter,
}

impl Snapshot {
    fn take() -> io::Result<Fork> {
        let (mut asleep, awake) = io::pipe()?;
        // Nobody else may be printing: the lock would stay locked in the copy.
        let quiet = STDIO_OF_CELLS.lock();
        // SAFETY: the copy has this thread alone. It does nothing but read and `_exit` unless the
        // other process is gone; then it takes the risk that a thread of the learner's held a lock.
        let forked = unsafe { libc::fork() };
        match forked {
            0 => {
                drop(awake);
                let mut byte = [0];
                if asleep.read(&mut byte).is_ok_and(|count| count == 1) {
                    // SAFETY: ends this process without running anything of the other's.
                    unsafe { libc::_exit(0) }
                }
                drop(quiet);
                Ok(Fork::Snapshot)
            }
            forked => match Pid::from_raw(forked) {
                Some(pid) if forked > 0 => Ok(Fork::Runner(Snapshot { pid, awake })),
                _ => Err(io::Error::last_os_error()),
            },
        }
    }

    /// Ends it, since all went well.
    fn dismiss(mut self) -> io::Result<()> {
        if self.awake.write_all(&[1]).is_err() {
            // It cannot be told, so it is gone, or must go.
            let _ = kill_process(self.pid, Signal::KILL);
        }
        // A cell may have waited for all children there were.
        let _ = waitpid(Some(self.pid), WaitOptions::empty());
        Ok(())
    }
}

/// The standard streams of cells.
static STDIO_OF_CELLS: Stdio = Stdio(Mutex::new(None));

/// The library of the seed that reaches them.
struct Stdio(Mutex<Option<Library>>);

impl Stdio {
    fn lock(&self) -> MutexGuard<'_, Option<Library>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Without the library, printed text waits for its newline, and who reads standard input for ever.
    fn load(&self) -> io::Result<()> {
        let path = env::var_os(STDIO);
        // SAFETY: loading it runs nothing.
        let Some(library) =
            path.and_then(|path| unsafe { unix::Library::open(Some(path), HOW) }.ok())
        else {
            return Ok(());
        };
        if cfg!(all(target_os = "linux", target_env = "gnu")) {
            let answers = fcntl_dupfd_cloexec(io::stdin(), 3)?;
            dup2_stdin(File::open("/dev/null")?)?;
            // SAFETY: this is the function's type.
            if let Ok(read_from) =
                unsafe { library.get::<extern "C" fn(RawFd)>(b"mantissa_answers") }
            {
                read_from(answers.into_raw_fd());
            }
        }
        *self.lock() = Some(library.into());
        Ok(())
    }

    fn flush(&self) {
        if let Some(library) = &*self.lock() {
            // SAFETY: this is the function's type.
            if let Ok(flush) = unsafe { library.get::<extern "C" fn()>(b"mantissa_flush") } {
                flush();
            }
        }
    }
}

/// Shows printed text that ends no line.
fn tick() {
    loop {
        thread::sleep(TICK);
        STDIO_OF_CELLS.flush();
    }
}

//! The library through which a runner reaches the standard streams of cells. Cells share a dynamic standard
//! library, which is not that of the program that loads them. This is no module of `mantissa-kernel`: the
//! seed has it compiled for the cells' standard library.

use std::io::{Write, stdout};
use std::sync::atomic::{AtomicI32, Ordering};

/// Where answers come from; standard input itself is empty, also for what a cell starts.
static ANSWERS: AtomicI32 = AtomicI32::new(0);

/// Writes out what has been printed.
#[unsafe(no_mangle)]
pub extern "C" fn mantissa_flush() {
    let _ = stdout().flush();
}

/// From now on cells that read standard input ask, and read the answers from here.
#[unsafe(no_mangle)]
pub extern "C" fn mantissa_answers(file: i32) {
    ANSWERS.store(file, Ordering::Relaxed);
}

#[repr(C)]
struct Buffer(*mut u8, usize);

unsafe extern "C" {
    fn readv(file: i32, to: *const Buffer, count: i32) -> isize;
}

/// What the standard library of cells finds in the place of libc's `read`: before a cell waits for an answer,
/// the question is told.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[unsafe(no_mangle)]
unsafe extern "C" fn read(mut file: i32, to: *mut u8, length: usize) -> isize {
    if file == 0 && ANSWERS.load(Ordering::Relaxed) != 0 {
        file = ANSWERS.load(Ordering::Relaxed);
        println!("\u{1}mantissa reads");
    }
    unsafe { readv(file, &Buffer(to, length), 1) }
}

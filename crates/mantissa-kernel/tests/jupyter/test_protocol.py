"""The kernel against the public test suite for kernels, with a sample for every capability."""

import unittest

import jupyter_kernel_test as jkt


class Protocol(jkt.KernelTests):
    kernel_name = "mantissa"
    language_name = "rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world")'
    code_stderr = 'eprintln!("test")'
    code_page_something = ""  # no pager: documentation comes with inspection
    code_generate_error = 'panic!("on purpose")'

    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": 'format!("{:.3}", 1.0 / 3.0)', "result": '"0.333"'},
    ]
    code_display_data = [
        {
            "code": 'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>hi</b>\\nEVCXR_END_CONTENT"); '
            'println!("after");',
            "mime": "text/html",
        },
    ]
    code_inspect_sample = "Vec::new"
    completion_samples = [
        {"text": "let x = std::vec::Ve", "matches": {"Vec"}},
        {"text": ":var", "matches": {":vars"}},
        {"text": 'String::from("a").is_emp', "matches": {"is_empty"}},
    ]
    complete_code_samples = ["1 + 4", "fn f() -> i32 { 1 }", ":vars", "let x = 1;"]
    incomplete_code_samples = ["fn f() {", "let x =", "vec![1,", "/* open"]
    invalid_code_samples = ["}", "f(]", "let let x"]

    def test_documentation_is_markdown_too(self):
        self.flush_channels()
        self.kc.inspect("Vec::new")
        data = self.kc.get_shell_msg(timeout=60)["content"]["data"]
        self.assertIn("Constructs a new, empty `Vec<T>`", data["text/markdown"])
        self.assertIn("```rust", data["text/markdown"])

    code_history_pattern = "6 * ?"
    supported_history_operations = ("tail", "range", "search")
    code_clear_output = ""


if __name__ == "__main__":
    unittest.main()

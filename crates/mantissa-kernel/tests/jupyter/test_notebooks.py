"""Every notebook in nbclient, which is what Jupyter's own tools execute notebooks with."""

import pathlib
import tempfile
import unittest

import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[4]


def execute(notebook, folder):
    nbclient.NotebookClient(
        notebook, timeout=180, kernel_name="mantissa", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


def merged(outputs):
    """Outputs with texts on one stream that follow each other as one: where they are cut is chance."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" == last.get("output_type") and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


class Notebooks(unittest.TestCase):
    def test_all_of_them_run(self):
        paths = sorted((ROOT / "notebooks").glob("??/*.ipynb"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path=str(path.relative_to(ROOT))):
                committed = nbformat.read(path, as_version=4)
                executed = execute(nbformat.read(path, as_version=4), path.parent)
                for old, new in zip(committed.cells, executed.cells):
                    if old.cell_type == "code":
                        self.assertEqual(merged(old.outputs), merged(new.outputs), old.source)
                        self.assertEqual(old.execution_count, new.execution_count)

    def test_a_panicking_cell_fails(self):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell("assert_eq!(1 + 1, 3);")]
        )
        with self.assertRaises(nbclient.exceptions.CellExecutionError) as failure:
            execute(notebook, ROOT)
        self.assertIn("left == right", str(failure.exception))

    def test_nothing_is_kept_of_waiting(self):
        with tempfile.TemporaryDirectory() as folder:
            slow = pathlib.Path(folder)
            (slow / "src").mkdir()
            (slow / "src/lib.rs").write_text("pub const ANSWER: i32 = 42;")
            (slow / "build.rs").write_text(
                "fn main() { std::thread::sleep(std::time::Duration::from_secs(4)); }"
            )
            (slow / "Cargo.toml").write_text('[package]\nname = "slow"\nversion = "0.1.0"\nedition = "2024"')
            cell = f':dep slow = {{ path = "{folder}" }}\nslow::ANSWER'
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
            outputs = execute(notebook, ROOT).cells[0].outputs
        self.assertEqual([output.output_type for output in outputs], ["execute_result"])
        self.assertEqual(outputs[0].data["text/plain"], "42")


if __name__ == "__main__":
    unittest.main()

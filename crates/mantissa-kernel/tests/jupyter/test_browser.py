"""Notebooks as a reader sees them: JupyterLab and Notebook 7 in a browser without a window."""

import pathlib
import shutil
import signal
import tempfile
import unittest

import nbformat
from playwright.sync_api import expect, sync_playwright

from servers import PATIENCE, ROOT, Server, wait_for

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome"]
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
PICTURES = ROOT / "target/lab/screenshots"
DATA_TYPES = nbformat.read(ROOT / "notebooks/en/01_data_types.ipynb", 4)

expect.set_options(timeout=PATIENCE * 1000)


class Reader:
    """Somebody with a notebook open."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(error.stack))
        self.code = page.locator(".jp-Notebook .jp-CodeCell")

    def menu(self, menu, entry):
        self.page.locator(".lm-MenuBar-itemLabel", has_text=menu).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(entry, exact=True).click()

    def prompts(self):
        prompts = self.code.locator(".jp-InputArea-prompt").all_text_contents()
        return [prompt.strip() for prompt in prompts]

    def wait_for_prompts(self, wanted):
        """Waits until the cells look so, or one has failed."""
        wait_for(lambda: self.prompts() == wanted or self.failures(), "for all cells")

    def run_all(self):
        self.menu("Edit", "Clear Outputs of All Cells")
        self.wait_for_prompts(["[ ]:"] * self.code.count())
        self.menu("Run", "Run All Cells")
        self.have_run()

    def have_run(self):
        self.wait_for_prompts([f"[{number}]:" for number in range(1, self.code.count() + 1)])

    def pictures(self):
        """The widths of the pictures in outputs; 0 for what is not shown."""
        pictures = self.page.locator(".jp-OutputArea-output img")
        return pictures.evaluate_all("all => all.map(one => one.complete && one.naturalWidth)")

    def failures(self):
        failed = '[data-mime-type="application/vnd.jupyter.error"]'
        return self.page.locator(failed).all_text_contents()

    def colour(self, text):
        """The colour of a word in the code."""
        word = self.code.locator(".cm-line span").get_by_text(text, exact=True).first
        return word.evaluate("word => getComputedStyle(word).color")

    def add(self, code):
        """Types a cell at the end, and stays in it."""
        self.code.last.locator(".cm-content").click()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("b")
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(code)
        return self.code.last

    def run(self, code):
        """Runs a new cell at the end; gives what it shows."""
        outputs = self.add(code).locator(".jp-OutputArea-output")
        self.page.keyboard.press("Control+Enter")
        return outputs

    def look(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")


@unittest.skipUnless(BROWSER, f"there is none of {', '.join(BROWSERS)}")
class Browser(unittest.TestCase):
    """A server for all tests, on a folder from which the library is where notebooks expect it."""

    end = signal.SIGINT

    def is_known(self, error):
        """Whether an error is the front end's own."""
        return False

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="notebooks-", dir=ROOT / "target")
        cls.folder = pathlib.Path(cls.enterClassContext(folder))
        cls.server = cls.start(cls.folder)
        cls.addClassCleanup(cls.server.end, cls.end)
        playwright = cls.enterClassContext(sync_playwright())
        cls.browser = playwright.chromium.launch(executable_path=BROWSER)
        cls.addClassCleanup(cls.browser.close)

    def open(self, notebook):
        """Opens a copy of a notebook, and waits for all its cells and the kernel."""
        name = f"{self._testMethodName}.ipynb"
        nbformat.write(notebook, self.folder / name)
        page = self.browser.new_page(viewport={"width": 1360, "height": 900})
        self.addCleanup(page.close)
        page.set_default_timeout(PATIENCE * 1000)
        reader = Reader(page)
        self.addCleanup(reader.look, self._testMethodName)
        page.goto(f"{self.server.base}{self.path}/{name}?{self.server.token}&reset")
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        expect(reader.code).to_have_count(len(cells))

        def has_kernel():
            address = f"{self.server.base}/api/sessions?{self.server.token}"
            kernels = [it["kernel"] for it in page.request.get(address).json() if it["path"] == name]
            return [it for it in kernels if it["connections"] and it["execution_state"] == "idle"]

        # What is run before is not run at all.
        wait_for(has_kernel, "for a kernel")
        return reader

    def shows_data_types(self, reader):
        """What notebook 01 shows is there."""
        self.assertEqual([], reader.failures())
        outputs = [output for cell in DATA_TYPES.cells for output in cell.get("outputs", [])]
        html = [output.get("data", {}).get("text/html", "") for output in outputs]
        # A trusted notebook has the explorer itself, not its picture.
        wanted = sum(it.count("<img") for it in html if "<script" not in it)
        pictures = reader.pictures()
        self.assertEqual(wanted, len(pictures))
        self.assertTrue(all(pictures), pictures)
        explorer = reader.code.last.locator("input").first
        expect(explorer).to_have_value("0x3555")
        reader.code.last.get_by_text("previous").click()
        expect(explorer).to_have_value("0x3554")
        self.assertEqual([], [error for error in reader.errors if not self.is_known(error)])


class Lab(Browser):
    path = "/lab/tree"
    start = Server.lab

    def new(self):
        """A notebook that has the library and a variable."""
        library = next(cell for cell in DATA_TYPES.cells if cell.cell_type == "code")
        cells = [library, nbformat.v4.new_code_cell("let kept = vec![1, 2, 3];")]
        reader = self.open(nbformat.v4.new_notebook(metadata=DATA_TYPES.metadata, cells=cells))
        reader.run_all()
        self.assertEqual([], reader.failures())
        return reader

    def test_a_notebook_runs_and_runs_again_after_a_restart(self):
        reader = self.open(DATA_TYPES)
        reader.run_all()
        self.shows_data_types(reader)

        reader.menu("Kernel", "Restart Kernel and Run All Cells…")
        reader.page.locator(".jp-Dialog .jp-mod-accept").click()
        wait_for(lambda: "[*]:" in reader.prompts(), "for cells that run again")
        reader.have_run()
        self.shows_data_types(reader)

    def test_an_editor_has_colours_completions_and_documentation(self):
        reader = self.new()
        reader.add("let x = 0.5; // half")
        colours = [reader.colour(text) for text in ["let", "0.5", "// half"]]
        self.assertEqual(colours[0], reader.colour("use"))
        self.assertEqual(3, len(set(colours)), colours)

        cell = reader.add("finfo(BF16).small")
        reader.page.keyboard.press("Tab")
        completer = reader.page.locator(".jp-Completer-item", has_text="smallest_normal")
        completer.wait_for()
        reader.look("completer")
        completer.click()
        expect(cell.locator(".cm-content")).to_have_text("finfo(BF16).smallest_normal")

        reader.add("finfo")
        reader.page.keyboard.press("Shift+Tab")
        tooltip = reader.page.locator(".jp-Tooltip")
        expect(tooltip).to_contain_text("describe a float format")
        reader.look("tooltip")

    def test_an_endless_loop_is_interrupted_and_variables_stay(self):
        reader = self.new()
        outputs = reader.run('let mut n = 0;\nloop { if n == 0 { println!("in"); n = 1; } }')
        expect(outputs).to_have_text(["in"])
        reader.page.locator('[data-command="notebook:interrupt-kernel"]').click()
        expect(outputs).to_contain_text(["in", "the cell was stopped"])
        expect(reader.run("kept.len()")).to_have_text(["3"])


class Notebook(Browser):
    path = "/notebooks"
    start = Server.notebook
    # It has no time to end its kernels.
    end = signal.SIGKILL

    def is_known(self, error):
        # Its keyboard shortcuts look for settings that Notebook 7 leaves out.
        return "reading 'schema'" in error

    def test_a_notebook_runs_in_notebook_7(self):
        reader = self.open(DATA_TYPES)
        reader.run_all()
        self.shows_data_types(reader)


# It has no server of its own.
del Browser

if __name__ == "__main__":
    unittest.main()

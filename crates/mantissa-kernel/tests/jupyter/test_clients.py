"""Front ends that use the protocol in ways of their own."""

import subprocess
import sys
import unittest

from jupyter_client.manager import KernelManager

from servers import PATIENCE, ROOT, marked, wait_for_nothing


class VisualStudioCode(unittest.TestCase):
    """It asks on shell and control first, and then begins to listen."""

    def setUp(self):
        self.manager = KernelManager(kernel_name="mantissa")
        self.manager.start_kernel(cwd=ROOT)
        self.addCleanup(self.manager.shutdown_kernel, now=True)

    def hear(self, socket):
        self.addCleanup(socket.close, linger=0)
        return socket

    def next(self, socket):
        """The next message."""
        self.assertTrue(socket.poll(PATIENCE * 1000), "nothing comes")
        _, frames = self.manager.session.feed_identities(socket.recv_multipart())
        return self.manager.session.deserialize(frames)

    def ask(self, socket, kind, **content):
        """Sends a request and gives the reply to it."""
        request = self.manager.session.send(socket, kind, content)
        reply = self.next(socket)
        self.assertEqual(request["header"]["msg_id"], reply["parent_header"]["msg_id"])
        return reply

    def test_who_listens_late_hears_all_of_a_cell(self):
        shell = self.hear(self.manager.connect_shell())
        control = self.hear(self.manager.connect_control())
        for socket in [shell, control]:
            reply = self.ask(socket, "kernel_info_request")
            self.assertEqual("kernel_info_reply", reply["header"]["msg_type"])
        iopub = self.hear(self.manager.connect_iopub())
        code = 'println!("one"); eprintln!("two"); 3'
        reply = self.ask(
            shell,
            "execute_request",
            code=code,
            silent=False,
            store_history=True,
            user_expressions={},
            allow_stdin=True,
            stop_on_error=False,
        )
        self.assertEqual("ok", reply["content"]["status"])
        heard = {}
        state = None
        while state != "idle":
            message = self.next(iopub)
            # What belongs to the questions before it may still come.
            if message["parent_header"].get("msg_id") == reply["parent_header"]["msg_id"]:
                state = message["content"].get("execution_state")
                heard[message["content"].get("name") or message["msg_type"]] = message["content"]
        self.assertEqual(["one\n", "two\n"], [heard[name]["text"] for name in ["stdout", "stderr"]])
        self.assertEqual("3", heard["execute_result"]["data"]["text/plain"])


class Console(unittest.TestCase):
    """Jupyter in a terminal, whose lines come from elsewhere."""

    def test_a_console_answers_and_ends(self):
        mark, environment = marked()
        options = ["--kernel=mantissa", "--simple-prompt", "--no-confirm-exit"]
        ran = subprocess.run(
            [sys.executable, "-m", "jupyter_console", *options],
            input='1 + 1\nlet text = "kept";\npanic!("on purpose")\ntext\n',
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment,
        )
        self.assertEqual(0, ran.returncode, ran.stderr)
        self.assertIn("Out[1]: 2\n", ran.stdout)
        self.assertIn("panic: on purpose", ran.stderr)
        self.assertIn('Out[4]: "kept"\n', ran.stdout)
        wait_for_nothing(mark)


if __name__ == "__main__":
    unittest.main()

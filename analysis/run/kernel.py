"""Start and end a kernel in no more time than it takes."""

import time
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

# Seconds: for a reply, for the word that follows it, and to look whether a process has ended.
REPLY, WORD, END = 1, 0.02, 0.005


class PromptClient(AsyncKernelClient):
    """A client that is ready once its kernel has answered on both of its channels.

    Jupyter's own begins when nothing has been said for 0.2 seconds.
    """

    async def wait_for_ready(self, timeout):
        """Wait for the answer to a question, and for the kernel's word that it is idle again.

        The word comes by the channel of outputs. What is said there before the channel is open is
        lost, so the question is put again until the word comes.

        Raises
        ------
        RuntimeError
            The kernel has ended, or has not answered in `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("the kernel ended before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the kernel did not answer in {timeout} seconds")

    async def _answers(self):
        self.kernel_info()
        try:
            reply = await self.get_shell_msg(timeout=REPLY)
            told = {}
            while told.get("execution_state") != "idle":
                told = (await self.get_iopub_msg(timeout=WORD))["content"]
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


class PromptManager(AsyncKernelManager):
    """A manager of kernels with such clients, which sees soon that a kernel has ended."""

    @default("client_factory")
    def _choose_client(self):
        return PromptClient

    async def _async_wait(self, pollinterval=END):
        await super()._async_wait(pollinterval)

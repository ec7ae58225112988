"""A kernel is ready when it can be heard on both of its channels."""

import asyncio
from queue import Empty

import pytest

from analysis.run.kernel import PromptClient

BUSY, IDLE, LOST = {"execution_state": "busy"}, {"execution_state": "idle"}, None


class Client(PromptClient):
    """One whose kernel replies to every question, and says or does not say its words."""

    def __init__(self, words, *, alive=True):
        super().__init__()
        self.words, self.alive, self.questions = list(words), alive, 0

    def kernel_info(self):
        self.questions += 1

    async def is_alive(self):
        return self.alive

    async def get_shell_msg(self, timeout):
        return {"content": {"protocol_version": "5.3"}}

    async def get_iopub_msg(self, timeout):
        word = self.words.pop(0) if self.words else LOST
        if word is LOST:
            raise Empty
        return {"content": word}


def wait_for(client, *, timeout=60):
    asyncio.run(client.wait_for_ready(timeout))
    return client.questions


def test_it_is_ready_when_it_says_that_it_is_idle_again():
    assert wait_for(Client([BUSY, IDLE])) == 1


def test_while_the_channel_of_outputs_is_not_open_the_question_is_put_again():
    assert wait_for(Client([LOST, BUSY, LOST, BUSY, IDLE])) == 3


def test_one_that_has_ended_is_told():
    with pytest.raises(RuntimeError, match="ended before it answered"):
        wait_for(Client([], alive=False))


def test_one_that_keeps_silent_is_told_in_time():
    with pytest.raises(RuntimeError, match="did not answer in 0 seconds"):
        wait_for(Client([]), timeout=0)

import asyncio

from pledgebot.domain.turns import LONG_WAIT, Chat, Chats, Lane, Waiter, Wish


def test_a_wish_is_due_after_a_long_wait_and_given_up_when_nobody_comes() -> None:
    wish = Wish()
    wish.put_off(10, 11)
    assert wish.due_at(11) == 10 + LONG_WAIT
    wish.put_off(11, 12)
    assert wish.due_at(12 + LONG_WAIT) == 10 + LONG_WAIT
    assert wish.due_at(12.1 + LONG_WAIT) == float("inf")
    wish.put_off(20, 21)
    assert wish.due_at(21) == 20 + LONG_WAIT


def test_in_one_chat_a_broadcast_that_waited_for_long_and_answers_take_turns() -> None:
    chat: Chat[asyncio.Future[None]] = Chat()
    chat.add(Lane.ANSWER, 0)
    chat.put_off(0, 1)
    chat.put_off(3, 4)
    assert chat.turn_at(2.9) == 1
    assert chat.turn_at(3) == 4 + LONG_WAIT
    # Had a broadcast gone last, whoever waits would have the next turn.
    chat.last = Lane.BROADCAST
    assert chat.turn_at(3) == 1


def test_a_chat_is_remembered_while_something_of_it_counts() -> None:
    async def scene() -> None:
        chats: Chats[asyncio.Future[None]] = Chats()
        chats.of("1", 0).add(Lane.BROADCAST, 0)
        chats.of("-1", 0).add(Lane.BROADCAST, 0)
        chats.of("2", 0).held_until = 50
        chats.of("3", 0).queue(Lane.ANSWER).append(Waiter(1, 0, asyncio.get_running_loop().create_future()))
        for number, now in enumerate((5, 6, 7, 8)):
            chats.of(f"1{number}", now)
            chats.of(f"-1{number}", now)
        assert [chats.get(address) is not None for address in ("1", "-1", "2", "3")] == [False, True, True, True]

    asyncio.run(scene())

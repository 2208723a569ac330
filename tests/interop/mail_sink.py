#!/usr/bin/env python3
"""An SMTP server that delivers nothing: mail_sink.py PORT FOLDER leaves each mail as FOLDER/NNNN.json.

Written with what Python brings along, so that every family of clients can have mail without installing anything.
"""

import asyncio
import email
import email.policy
import json
import re
import sys
from pathlib import Path

LINK = re.compile(r"https?://\S+/gp\w+_\S+")
# At the end of its line: a part of an address may look the same.
CODE = re.compile(r": ([0-9A-Z]{4}-[0-9A-Z]{4})\s*$", re.MULTILINE)
# There is no mailbox at this host, as a hostile mail server says it that wants to harm the reader of its answers.
NOBODY = b"@nobody.example"
REFUSED = b"550 5.1.1 no such mailbox <img src=x onerror=alert('smtp')><!--\r\n"


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def converse(self, reader, writer):
        recipients = []
        writer.write(b"220 sink ESMTP\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                text = await reader.readuntil(b"\r\n.\r\n")
                self.keep(recipients, text[:-5].replace(b"\r\n..", b"\r\n."))
            elif verb == b"RCPT":
                recipients.append(re.search(rb"<(.*)>", line)[1].decode())
            elif verb in (b"MAIL", b"RSET"):
                recipients = []
            refused = verb == b"RCPT" and NOBODY in line
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else REFUSED if refused else b"250 ok\r\n")
            await writer.drain()
        writer.close()

    def keep(self, recipients, source):
        message = email.message_from_bytes(source, policy=email.policy.default)
        text = message.get_body(("plain",)).get_content()
        # A notice may have no link, and only a sign-in has a code.
        link, code = LINK.search(text), CODE.search(text)
        mail = {
            "to": recipients,
            "subject": message["subject"],
            "link": link and link[0],
            "code": code and code[1],
        }
        self.count += 1
        # Renamed when it is whole: a reader never sees half a mail.
        draft = self.folder / "draft"
        draft.write_text(json.dumps(mail))
        draft.rename(self.folder / f"{self.count:04}.json")


async def main(port, folder):
    folder.mkdir(exist_ok=True)
    server = await asyncio.start_server(Sink(folder).converse, "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))

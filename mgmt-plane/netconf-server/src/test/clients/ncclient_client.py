"""Sends the requests that it reads, one a line, over one session of ncclient; prints the replies,
each ended by a NUL, and for an empty line the next notification."""
import sys

from ncclient import manager
from ncclient.operations import RaiseMode
from ncclient.xml_ import to_ele

port, user, password = sys.argv[1:4]
session = manager.connect(
    host="127.0.0.1", port=int(port), username=user, password=password,
    hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=30)
session.raise_mode = RaiseMode.NONE
for request in sys.stdin.buffer:
    if request == b"\n":
        said = session.take_notification(timeout=30).notification_xml
    else:
        said = session.dispatch(to_ele(request.decode())).xml
    sys.stdout.write(said + "\0")
    sys.stdout.flush()

"""A session of ncclient: prints what a test compares."""
import sys

from ncclient import manager
from ncclient.operations import RPCError

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
CONFIG = f'<config xmlns="{NC}" xmlns:nc="{NC}"><top xmlns="urn:test:nodes">%s</top></config>'


def connect():
    return manager.connect(
        host="127.0.0.1", port=int(sys.argv[1]), username="admin", password="secret",
        hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=30)


def refused(call):
    try:
        call()
        print("accepted")
    except RPCError as e:
        print(e.tag, e.path)


one = connect()
with one.locked("candidate"):
    one.edit_config(
        target="candidate", test_option="set", error_option="rollback-on-error",
        config=CONFIG % "<name>abc</name><item><id>1</id><value>3</value></item>")
    one.validate("candidate")
    one.commit()
selected = '<top xmlns="urn:test:nodes"><item><id>1</id><value/></item></top>'
reply = one.get_config("running", filter=("subtree", selected))
print(reply.data.find(".//{urn:test:nodes}value").text)
refused(lambda: one.edit_config(
    target="candidate", config=CONFIG % '<item nc:operation="create"><id>1</id></item>'))
refused(lambda: one.edit_config(target="candidate", config=CONFIG % "<count>101</count>"))
one.discard_changes()
print("module test-nodes" in one.get_schema("test-nodes").data)
two = connect()
two.lock("running")
refused(lambda: one.lock("running"))
one.kill_session(two.session_id)
with one.locked("running"):
    print("locked")
print(one.close_session().ok)

"""Subscriptions (RFC 8639, 8641) by ncclient: prints what a test compares."""
import re
import sys

from ncclient import manager
from ncclient.operations import RPCError
from ncclient.xml_ import to_ele

SN = "urn:ietf:params:xml:ns:yang:ietf-subscribed-notifications"
YP = "urn:ietf:params:xml:ns:yang:ietf-yang-push"
NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
TARGET = ('<datastore xmlns="%s" xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores">ds:running'
          '</datastore><datastore-subtree-filter xmlns="%s"><top xmlns="urn:test:nodes"/>'
          '</datastore-subtree-filter>' % (YP, YP))


def connect():
    return manager.connect(
        host="127.0.0.1", port=int(sys.argv[1]), username="admin", password="secret",
        hostkey_verify=False, allow_agent=False, look_for_keys=False, timeout=30)


def establish(parameters):
    reply = session.dispatch(to_ele(
        '<establish-subscription xmlns="%s">%s</establish-subscription>' % (SN, parameters)))
    return re.search(r"<id[^>]*>(\d+)</id>", reply.xml).group(1)


def commit(content):
    other.edit_config(
        target="candidate",
        config='<config xmlns="%s"><top xmlns="urn:test:nodes">%s</top></config>' % (NC, content))
    other.commit()


def update():
    xml = session.take_notification(timeout=30).notification_xml
    kind = re.search(r"<(push[a-z-]+) ", xml).group(1)
    return " ".join(
        [kind] + re.findall(r"<(?:name|count|operation|target)[^>]*>([^<]*)<", xml))


session = connect()
other = connect()
commit("<name>a</name>")
first = establish(TARGET + '<on-change xmlns="%s"/>' % YP)
print(update())
commit("<name>b</name><count>7</count>")
print(update())
session.dispatch(to_ele(
    '<delete-subscription xmlns="%s"><id>%s</id></delete-subscription>' % (SN, first)))
establish(TARGET + '<periodic xmlns="%s"><period>10</period></periodic>' % YP)
print(update())
print(update())
try:
    establish(TARGET + '<periodic xmlns="%s"><period>1</period></periodic>' % YP)
except RPCError as e:
    print(e.tag, e.app_tag)
session.close_session()
other.close_session()

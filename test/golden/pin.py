"""Pins golden files: works out what follows from each, without the program under test.

    python3 test/golden/pin.py          pins what is new
    python3 test/golden/pin.py --check  changes nothing: what is new is a fault, too

A file of events/ holds {"data": ...}, a sample of one stored version; it is put into the envelope of base.json.
A file of envelopes/ holds {"event": ..., "sequence": n, "salt": hex}, a whole event. To either is added:

    canonical  the event as RFC 8785 writes it
    sha256     SHA-256 of those bytes
    leaf       {"h", "ledger", "seq", "v"}, h = SHA-256(salt || canonical)
    leafHash   SHA-256(0x00 || leaf), as RFC 6962 has it

A file that is pinned already is only checked: a stored event never changes, and neither does its hash.
"""

import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
BASE = json.loads((HERE / 'base.json').read_text('utf-8'))


def canonical(value):
    if isinstance(value, dict):  # RFC 8785 sorts by UTF-16 code units, Python by code points
        keys = sorted(value, key=lambda key: key.encode('utf-16-be'))
        return '{' + ','.join(f'{canonical(key)}:{canonical(value[key])}' for key in keys) + '}'
    if isinstance(value, list):
        return '[' + ','.join(map(canonical, value)) + ']'
    assert not isinstance(value, float), f'{value}: events hold no float'
    return json.dumps(value, ensure_ascii=False)


def sample(path, content):
    if 'event' in content:
        return content['event'], content['sequence'], content['salt']
    kind, version = re.fullmatch(r'(.+)\.v(\d+)', path.stem).groups()
    event = {**BASE['event'], 'type': kind, 'schemaVersion': int(version), 'data': content['data']}
    return event, BASE['sequence'], BASE['salt']


def pins(event, sequence, salt):
    text = canonical(event)
    h = hashlib.sha256(bytes.fromhex(salt) + text.encode()).hexdigest()
    leaf = canonical({'v': 1, 'ledger': event['ledger'], 'seq': sequence, 'h': h})
    return {
        'canonical': text,
        'sha256': hashlib.sha256(text.encode()).hexdigest(),
        'leaf': leaf,
        'leafHash': hashlib.sha256(b'\0' + leaf.encode()).hexdigest(),
    }


changed = []
for path in sorted([*HERE.glob('events/*.json'), *HERE.glob('envelopes/*.json')]):
    content = json.loads(path.read_text('utf-8'))
    expected = pins(*sample(path, content))
    pinned = {name: content[name] for name in expected if name in content}
    if not pinned and '--check' in sys.argv:
        changed.append(f'{path.relative_to(HERE)} (not pinned)')
    elif not pinned:
        text = json.dumps({**content, **expected}, ensure_ascii=False, indent=2)
        path.write_text(text + '\n', 'utf-8')
        print(f'pinned {path.relative_to(HERE)}')
    elif pinned != expected:
        changed.append(str(path.relative_to(HERE)))
if changed:
    sys.exit(f'no longer what was pinned (add a new version instead): {", ".join(changed)}')

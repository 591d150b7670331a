# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an approver's device does: a key, and signatures as DESIGN section 6 has them. By libsodium itself."""
import base64
import ctypes
import ctypes.util
import hashlib

SODIUM = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")


def b64(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Device:
    def __init__(self):
        self.public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        assert SODIUM.crypto_sign_keypair(self.public, self.secret) == 0

    def text(self):
        return b64(self.public.raw)

    def sign(self, raw):
        out = ctypes.create_string_buffer(64)
        assert SODIUM.crypto_sign_detached(out, None, raw, ctypes.c_ulonglong(len(raw)), self.secret) == 0
        return b64(out.raw)

    def verdict(self, key, nonce, digest, verdict="approve", reason="", **changed):
        """The `signature` member for what POST …/nonce gave; `changed`: lines that are signed otherwise."""
        say = dict(nonce, digest=digest, verdict=verdict, reason=reason)
        say.update(changed)
        lines = ("diwan-drill-verdict-v1" if say["drill"] else "diwan-verdict-v1", say["origin"],
                 str(say["incident"]), str(say["statement"]), say["digest"], say["verdict"],
                 hashlib.sha256(say["reason"].encode()).hexdigest(), say["expires"], say["nonce"])
        raw = "".join(line + "\n" for line in lines).encode()
        return {"key": key, "nonce": nonce["nonce"], "expires": nonce["expires"], "sig": self.sign(raw)}

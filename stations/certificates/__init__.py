"""Certificates of stations: what they ask to have signed, the local authority that can sign it, and what they have.

`reading` makes objects of text, `requests` judges a signing request, `authority` signs, `signing` is the inbox,
`inventory` keeps the list of what is installed where.
"""

from stations.certificates.signing import refuse, sign, signing_request

__all__ = ["refuse", "sign", "signing_request"]

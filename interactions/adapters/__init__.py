"""One customer channel a file: parse in, deliver out. Asked as ADAPTERS[channel]; who carries a call, as VOICES."""

from interactions.adapters.email import EmailAdapter
from interactions.adapters.telephone import HttpExchange, TelLink
from interactions.adapters.voice import Exchange, VoiceAdapter
from interactions.adapters.web_call import WebCall

ADAPTERS = {"email": EmailAdapter()}
# By `Interaction.carrier`. Of the empty one nobody tells us: the agent's own telephone.
EXCHANGES: dict[str, Exchange] = {"http": HttpExchange()}
VOICES: dict[str, VoiceAdapter] = {"": TelLink(), "web": WebCall(), **EXCHANGES}

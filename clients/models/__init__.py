"""Who we work for: clients, how they look, their doors, lines, hours, catalogue, scripts and customers."""

from clients.models.api_key import ApiKey
from clients.models.article import Article, ArticleState
from clients.models.brand import Brand, BrandText, PublicName, TextKind
from clients.models.call_list import CallList, CallListState, DoNotCall
from clients.models.catalogue import Disposition, Product, ProductType, Reason, ReasonKind
from clients.models.client import Client, ClientState
from clients.models.contract import Contract, Promise
from clients.models.customer import Customer, CustomerAddress, CustomerPhone
from clients.models.entry_point import EntryKind, EntryPoint, EntryRule, EntryRuleSkill, Exchange
from clients.models.hours import BusinessHours, HoursException, HoursSpan
from clients.models.membership import Membership, Role
from clients.models.order import Bill, BillLine, BillState, Order, OrderIssue, OrderLine, OrderState
from clients.models.policy import Policy, RecordingRule, VerificationFailure
from clients.models.queue import Channel, MissRule, Queue, QueueSkill, QueueState, Strategy, WhenUnstaffed, WrapUpMode
from clients.models.review import ScriptReview, Verdict
from clients.models.script import Script, ScriptEdit, ScriptKind, ScriptVersion, VersionState
from clients.models.skill import Skill
from clients.models.snippet import Snippet
from clients.models.sound import BrandSound, SoundKind

__all__ = [
    "ApiKey",
    "Article",
    "ArticleState",
    "Bill",
    "BillLine",
    "BillState",
    "Brand",
    "BrandSound",
    "BrandText",
    "BusinessHours",
    "CallList",
    "CallListState",
    "Channel",
    "Client",
    "ClientState",
    "Contract",
    "Customer",
    "CustomerAddress",
    "CustomerPhone",
    "Disposition",
    "DoNotCall",
    "EntryKind",
    "EntryPoint",
    "EntryRule",
    "EntryRuleSkill",
    "Exchange",
    "HoursException",
    "HoursSpan",
    "Membership",
    "MissRule",
    "Order",
    "OrderIssue",
    "OrderLine",
    "OrderState",
    "Policy",
    "Product",
    "ProductType",
    "Promise",
    "PublicName",
    "Queue",
    "QueueSkill",
    "QueueState",
    "Reason",
    "ReasonKind",
    "RecordingRule",
    "Role",
    "Script",
    "ScriptEdit",
    "ScriptKind",
    "ScriptReview",
    "ScriptVersion",
    "Skill",
    "Snippet",
    "SoundKind",
    "Strategy",
    "TextKind",
    "Verdict",
    "VerificationFailure",
    "VersionState",
    "WhenUnstaffed",
    "WrapUpMode",
]

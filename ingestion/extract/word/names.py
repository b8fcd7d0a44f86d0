"""Names of elements and attributes of Word's XML, in Clark notation: one table, no code.

Belongs here: what more than one module of this room asks for. Does not belong here: what is done with it.
"""

from __future__ import annotations

W_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{W_NS}}}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 - the prefix that Office itself gives it
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"

VAL = f"{W}val"
ALT_CHUNK = f"{W}altChunk"
CELL_DEL = f"{W}cellDel"
CELL_INS = f"{W}cellIns"
CELL_MERGE = f"{W}cellMerge"
CHAR = f"{W}char"
CONTENT_PART = f"{W}contentPart"
CUSTOM_XML = f"{W}customXml"
DEL = f"{W}del"
DEL_TEXT = f"{W}delText"
FILL = f"{W}fill"
FLD_CHAR = f"{W}fldChar"
FLD_CHAR_TYPE = f"{W}fldCharType"
GRID_BEFORE = f"{W}gridBefore"
GRID_COL = f"{W}gridCol"
GRID_SPAN = f"{W}gridSpan"
HIDDEN = f"{W}hidden"
H_MERGE = f"{W}hMerge"
ID = f"{W}id"
INS = f"{W}ins"
INSTR = f"{W}instr"
INSTR_TEXT = f"{W}instrText"
MC_ALTERNATE_CONTENT = f"{MC}AlternateContent"
MC_CHOICE = f"{MC}Choice"
MC_FALLBACK = f"{MC}Fallback"
MOVE_TO = f"{W}moveTo"
M_T = f"{M}t"
NUM_PR = f"{W}numPr"
OUTLINE_LVL = f"{W}outlineLvl"
O_OLE_OBJECT = f"{O}OLEObject"
P_PR = f"{W}pPr"
P_STYLE = f"{W}pStyle"
RUBY = f"{W}ruby"
RUBY_BASE = f"{W}rubyBase"
R_EMBED = f"{R}embed"
SDT = f"{W}sdt"
SDT_CONTENT = f"{W}sdtContent"
SDT_PR = f"{W}sdtPr"
SHADING = f"{W}shd"
SHOWING_PROMPT = f"{W}showingPlcHdr"
SMART_TAG = f"{W}smartTag"
SUB_DOC = f"{W}subDoc"
SYM = f"{W}sym"
T = f"{W}t"
TBL_GRID = f"{W}tblGrid"
TC = f"{W}tc"
TC_PR = f"{W}tcPr"
TC_W = f"{W}tcW"
TR = f"{W}tr"
TR_PR = f"{W}trPr"
TYPE = f"{W}type"
V_IMAGEDATA = f"{V}imagedata"
V_MERGE = f"{W}vMerge"
WIDTH = f"{W}w"
_OFF = frozenset({"0", "false", "off", "none"})


def is_on(value: str | None) -> bool:
    """Whether a property is on: `<w:strike/>` is, `<w:strike w:val="0"/>` is not."""
    return value is None or value.lower() not in _OFF


def integer(value: str | None) -> int | None:
    """A whole number as Word prints it, in ASCII; None for anything else."""
    if value is None:
        return None
    try:
        return int(float(value)) if value.isascii() and len(value) < 20 else None
    except (ValueError, OverflowError):
        return None

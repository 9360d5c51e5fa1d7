"""File formats, and what stands in crate and zip files.   (Sdf.FileFormat, Sdf.CrateInfo, Sdf.ZipFile)"""
import os as _os
import struct as _struct
import zipfile as _zipfile
import zlib as _zlib

from strata._core.Sdf import Layer
from strata._core.Tf import ErrorException as _ErrorException


class FileFormat:
    """A format of layers: what it is called and what can be done with its files."""

    class Tokens:
        """The names of arguments of formats."""

        TargetArg = "target"

    expired = False
    target = "usd"

    def __init__(self, *given):
        raise RuntimeError("This class cannot be instantiated from Python")

    formatId = property(lambda self: self._id)
    fileCookie = property(lambda self: "#" + self._id)
    primaryFileExtension = property(lambda self: self._id)

    def GetFileExtensions(self):
        return [self._id]

    def IsSupportedExtension(self, extension):
        return extension == self._id

    def IsPackage(self):
        return self._id == "usdz"

    def CanRead(self, filePath):
        """Whether the file begins as files of the format do."""
        starts = {"usda": (b"#usda",), "usdc": (b"PXR-USDC",), "usdz": (b"PK\x03\x04",), "usd": (b"#usda", b"PXR-USDC")}[self._id]
        try:
            with open(filePath, "rb") as file:
                return file.read(8).startswith(starts)
        except OSError:
            return False

    def SupportsReading(self):
        return True

    def SupportsWriting(self):
        return not self.IsPackage()

    def SupportsEditing(self):
        return not self.IsPackage()

    @staticmethod
    def GetFileExtension(path):
        inside = path[:-1].rpartition("[")[2] if path.endswith("]") else path
        name = _os.path.basename(inside)
        return name.rpartition(".")[2] if "." in name else name

    @staticmethod
    def FindById(formatId):
        return next((one for one in _FORMATS.values() if one.formatId == formatId), None)

    @staticmethod
    def FindByExtension(path, target=""):
        """The format of a path or an extension, of a target or of the arguments that name one."""
        target = target.get(FileFormat.Tokens.TargetArg, "") if isinstance(target, dict) else target
        found = _FORMATS.get(FileFormat.GetFileExtension(path))
        return found if found is not None and target in ("", found.target) else None

    @staticmethod
    def FindAllFileFormatExtensions():
        return set(_FORMATS)

    @staticmethod
    def FindAllDerivedFileFormatExtensions(baseType):
        """The extensions of the formats of a type or derived from it."""
        name = getattr(baseType, "typeName", "")
        if name in ("SdfFileFormat", "TfType::_Root"):
            return set(_FORMATS)
        return {extension for extension, one in _FORMATS.items() if one._type_name == name}

    @staticmethod
    def FormatSupportsReading(extension, target=""):
        return FileFormat._supports(extension, target, FileFormat.SupportsReading)

    @staticmethod
    def FormatSupportsWriting(extension, target=""):
        return FileFormat._supports(extension, target, FileFormat.SupportsWriting)

    @staticmethod
    def FormatSupportsEditing(extension, target=""):
        return FileFormat._supports(extension, target, FileFormat.SupportsEditing)

    @staticmethod
    def _supports(extension, target, how):
        found = FileFormat.FindByExtension(extension, target)
        return found is not None and how(found)


class HostFileFormat(FileFormat):
    """A format written in Python. Derive from it, say formatId and extensions, define Read, and Register one; stages and layers that
    are opened from then on read such files with it. Strata's own: in OpenUSD formats are written in C++.

    A format that also defines ComposeFieldsForFileFormatArguments is dynamic: its arguments follow from what is said of the prim that
    has the file as a payload."""

    formatId, extensions, _type_name = "", (), "StrataHostFileFormat"

    def __init__(self):
        pass

    fileCookie = property(lambda self: "#" + self.formatId)
    primaryFileExtension = property(lambda self: self.extensions[0])

    def Read(self, data, path, arguments):
        """The layer of a file, as usda text or as an Sdf.Layer: of its bytes, where it is, and a dictionary of texts."""
        raise NotImplementedError(f"{type(self).__name__} does not say how files are read")

    # def ComposeFieldsForFileFormatArguments(self, assetPath, context):
    #     A dictionary of texts, of what context.ComposeValue(field), context.ComposeValueStack(field) and
    #     context.ComposeAttributeDefaultValue(name) answer; context.dependencyContextData may keep a value.

    def CanFieldChangeAffectFileFormatArguments(self, fieldName, oldValue, newValue, dependencyContextData):
        """Whether an edit of a field that was asked for can change the arguments."""
        return True

    def CanAttributeDefaultValueChangeAffectFileFormatArguments(self, attributeName, oldValue, newValue, dependencyContextData):
        return True

    def Register(self):
        """Adds the format, or replaces the one of its formatId; layers that are open keep theirs."""
        from strata._core import Sdf as core
        if not self.formatId or not self.extensions:
            raise ValueError("a file format needs a formatId and extensions")
        core._AddFormat(self, hasattr(self, "ComposeFieldsForFileFormatArguments"))
        _FORMATS.update(dict.fromkeys(self.extensions, self))

    def GetFileExtensions(self):
        return list(self.extensions)

    def IsSupportedExtension(self, extension):
        return extension in self.extensions

    def IsPackage(self):
        return False

    def CanRead(self, filePath):
        return self.IsSupportedExtension(FileFormat.GetFileExtension(filePath))

    def SupportsWriting(self):
        return False


class UsdFileFormat(FileFormat):
    """The format of .usd files: text or crate, as a layer says."""

    class Tokens:
        """Names around the format."""

        Id, FormatArg, Target, Version = "usd", "format", "usd", "1.0"

    @staticmethod
    def GetUnderlyingFormatForLayer(layer):
        """"usda" or "usdc" for a .usd layer; nothing for others."""
        if layer.fileExtension != "usd":
            return ""
        wanted = layer.GetFileFormatArguments().get("format")
        if wanted:
            return wanted
        return "usda" if _FORMATS["usda"].CanRead(layer.realPath) else "usdc"


def _make(name, cls, type_name):
    made = cls.__new__(cls)
    made._id, made._type_name = name, type_name
    return made


_FORMATS = {"usda": _make("usda", FileFormat, "SdfUsdaFileFormat"), "usdc": _make("usdc", FileFormat, "SdfUsdcFileFormat"),
            "usdz": _make("usdz", FileFormat, "SdfUsdzFileFormat"), "usd": _make("usd", UsdFileFormat, "SdfUsdFileFormat")}
Layer.GetFileFormat = lambda self: _FORMATS.get(self.fileExtension, _FORMATS["usda"])


# -- crate files ---------------------------------------------------------------------------------------------------------


class CrateInfo:
    """The versions, sections and counts of a crate file."""

    class Section:
        """A part of the file: a name, and where it is."""

        name, start, size = "", -1, -1

        def __init__(self, name="", start=-1, size=-1):
            self.name, self.start, self.size = name, start, size

    class SummaryStats:
        """How many there are of what a file holds."""

        numSpecs = numUniquePaths = numUniqueTokens = numUniqueStrings = numUniqueFields = numUniqueFieldSets = 0

    def __init__(self):
        self._data = None

    @staticmethod
    def Open(fileName):
        """Raises Tf.ErrorException for what is no crate file."""
        made = CrateInfo()
        with open(fileName, "rb") as file:
            data = file.read()
        if len(data) < 88 or not data.startswith(b"PXR-USDC"):
            raise _ErrorException(f"'{fileName}' is no crate file")
        made._data = data
        made._sections = made._read_sections()
        return made

    def _read_sections(self):
        data, at = self._data, _struct.unpack_from("<q", self._data, 16)[0]
        try:
            count = _struct.unpack_from("<Q", data, at)[0]
            if count > 64:
                raise _struct.error("too many sections")
            found = [_struct.unpack_from("<16sqq", data, at + 8 + 32 * number) for number in range(count)]
        except _struct.error as error:
            raise _ErrorException(f"the table of contents of a crate file cannot be read: {error}") from None
        return [CrateInfo.Section(name.split(b"\0")[0].decode(), start, size) for name, start, size in found]

    def _check(self):
        if self._data is None:
            raise _ErrorException("Invalid SdfCrateInfo object")

    def GetFileVersion(self):
        self._check()
        return ".".join(map(str, self._data[8:11]))

    def GetSoftwareVersion(self):
        """The newest version of the format that can be read."""
        self._check()
        return "0.16.0"

    def GetSections(self):
        self._check()
        return list(self._sections)

    def GetSummaryStats(self):
        self._check()
        stats = CrateInfo.SummaryStats()
        counts = {section.name: _struct.unpack_from("<Q", self._data, section.start)[0] for section in self._sections}
        for name, section in (("numSpecs", "SPECS"), ("numUniquePaths", "PATHS"), ("numUniqueTokens", "TOKENS"),
                              ("numUniqueStrings", "STRINGS"), ("numUniqueFields", "FIELDS")):
            setattr(stats, name, counts.get(section, 0))
        from strata._core import Sdf as core
        section = next((one for one in self._sections if one.name == "FIELDSETS"), CrateInfo.Section("", 0, 0))
        stats.numUniqueFieldSets = core._CountFieldSets(self._data[section.start:section.start + section.size])
        return stats

    def __bool__(self):
        return self._data is not None


# -- zip files -----------------------------------------------------------------------------------------------------------


class ZipFile:
    """A package: files that are stored one after the other."""

    class FileInfo:
        """Where a file is in a package, and how it is stored."""

        dataOffset = size = uncompressedSize = crc = compressionMethod = 0
        encrypted = False

        def __init__(self, info=None, offset=0):
            self.dataOffset, self.size = offset, info.compress_size if info else 0
            self.uncompressedSize, self.crc = (info.file_size, info.CRC) if info else (0, 0)
            self.compressionMethod, self.encrypted = (info.compress_type, bool(info.flag_bits & 1)) if info else (0, False)

    @staticmethod
    def Open(filePath):
        """None when there is no package of that name."""
        try:
            with open(filePath, "rb") as file:
                data = file.read()
            with _zipfile.ZipFile(filePath) as archive:
                infos = archive.infolist()
        except (OSError, _zipfile.BadZipFile):
            return None
        made = ZipFile()
        made._data, made._files = data, {}
        for info in infos:
            name_size, extra_size = _struct.unpack_from("<HH", data, info.header_offset + 26)
            made._files[info.filename] = ZipFile.FileInfo(info, info.header_offset + 30 + name_size + extra_size)
        return made

    def GetFileNames(self):
        return list(self._files)

    def GetFileInfo(self, path):
        return self._files.get(path)

    def GetFile(self, path):
        """The bytes as they are stored; None when there is no such file."""
        info = self._files.get(path)
        return bytearray(self._data[info.dataOffset:info.dataOffset + info.size]) if info else None

    def DumpContents(self):
        """Prints the files to the standard output of the process."""
        lines = ["    Offset\t      Comp\t    Uncomp\tName", "    ------\t      ----\t    ------\t----"]
        lines += [f"{info.dataOffset:10d}\t{info.size:10d}\t{info.uncompressedSize:10d}\t{name}" for name, info in self._files.items()]
        lines += ["----------", f"{len(self._files)} files total", ""]
        _os.write(1, "\n".join(lines).encode())


class ZipFileWriter:
    """Writes a package; the bytes of each file begin at a multiple of 64."""

    def __init__(self):
        self._path, self._files = None, []

    @staticmethod
    def CreateNew(filePath):
        made = ZipFileWriter()
        made._path = filePath
        return made

    def _check(self):
        if self._path is None:
            raise _ErrorException("File is not open for writing")

    def AddFile(self, filePath, filePathInArchive=""):
        """Gives the name in the package."""
        self._check()
        name = (filePathInArchive or filePath).replace("\\", "/").lstrip("/")
        try:
            with open(filePath, "rb") as file:
                data = file.read()
        except OSError as error:
            raise _ErrorException(f"Failed to map '{filePath}': {error.strerror}") from None
        if name not in (one for one, _ in self._files):
            self._files.append((name, data))
        return name

    def Save(self):
        self._check()
        with open(self._path, "wb") as file:
            entries = [self._write_file(file, name.encode(), data) for name, data in self._files]
            start = file.tell()
            for name, offset, size, crc in entries:
                file.write(_struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0, 10, 0, 0, 0, 0x21, crc, size, size, len(name), 0, 0, 0, 0,
                                        0, offset) + name)
            file.write(_struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(entries), len(entries), file.tell() - start, start, 0))
        self._path = None
        return True

    @staticmethod
    def _write_file(file, name, data):
        offset, crc = file.tell(), _zlib.crc32(data)
        padding = -(offset + 30 + len(name)) % 64
        if 0 < padding < 4:
            padding += 64
        extra = _struct.pack("<HH", 0x1986, padding - 4) + bytes(padding - 4) if padding else b""
        file.write(_struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 10, 0, 0, 0, 0x21, crc, len(data), len(data), len(name), len(extra)))
        file.write(name + extra + data)
        return name, offset, len(data), crc

    def Discard(self):
        self._path, self._files = None, []


for _class in (FileFormat, FileFormat.Tokens, HostFileFormat, UsdFileFormat, UsdFileFormat.Tokens, CrateInfo, CrateInfo.Section, CrateInfo.SummaryStats,
               ZipFile, ZipFile.FileInfo, ZipFileWriter):
    _class.__module__ = "strata.Sdf"

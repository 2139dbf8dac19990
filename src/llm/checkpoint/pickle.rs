//! The pickle in a PyTorch checkpoint: a program for a small stack machine, of which only what builds a dictionary of tensors is known here.
//! Nothing is imported and nothing is called: a name that is not one of the few below is an error that says so.
//! (Python's `pickletools.py` lists the instructions; `torch/serialization.py` and `torch/_utils.py` say what is stored.)

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Longer programs are refused. One of a model of 100 layers has 300,000 bytes; each may leave a value of some tens of bytes behind.
const LONGEST: usize = 4 << 20;
/// A name or a key with more bytes is none of torch's.
const LONGEST_NAME: usize = 256;
/// torch knows tensors with more dimensions; weights have two at most.
const MAX_DIMENSIONS: usize = 8;
/// What is called takes seven at most.
const MOST_ARGUMENTS: usize = 16;

/// A tensor as the pickle describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    /// What torch calls the type of its numbers: `FloatStorage`.
    pub(super) storage_type: Rc<str>,
    /// The entry that holds its numbers.
    pub(super) key: Rc<str>,
    /// Where in it they begin, in numbers.
    pub(super) offset: u64,
    /// Rows first.
    pub(super) shape: Vec<usize>,
    /// Whether they lie row by row without gaps.
    pub(super) contiguous: bool,
}

/// The tensors of the dictionary that `program` makes, by name.
pub(super) fn tensors(program: &[u8]) -> Result<BTreeMap<String, Described>, String> {
    if program.len() > LONGEST {
        return Err(format!("its pickle has {} bytes; at most {LONGEST} are read", program.len()));
    }
    Machine { program, at: 0, values: Vec::new(), stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() }.run()
}

/// A value's place among the values.
type Id = usize;

#[derive(Debug)]
enum Value {
    None,
    Integer(i64),
    Text(Rc<str>),
    /// `module name`
    Name(Rc<str>),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dictionary(Vec<(Id, Id)>),
    Storage {
        kind: Rc<str>,
        key: Rc<str>,
    },
    Tensor(Described),
    /// Something of no interest: a number with a fraction, hooks.
    Other,
}

struct Machine<'p> {
    program: &'p [u8],
    at: usize,
    /// Values refer to each other by place: however a program nests or repeats them, none is copied.
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

const CUT: &str = "its pickle is cut short or corrupt";

impl<'p> Machine<'p> {
    fn run(mut self) -> Result<BTreeMap<String, Described>, String> {
        loop {
            let code = self.byte()?;
            if code == b'.' {
                break;
            }
            self.step(code)?;
        }
        let top = self.pop()?;
        let Some(Value::Dictionary(entries)) = self.values.get(top) else {
            return Err("its pickle holds no dictionary of tensors".into());
        };
        let mut out = BTreeMap::new();
        for &(key, value) in entries {
            match (self.values.get(key), self.values.get(value)) {
                (Some(Value::Text(name)), Some(Value::Tensor(tensor))) => {
                    out.insert(name.to_string(), tensor.clone());
                }
                (Some(Value::Text(name)), _) => {
                    return Err(format!("`{name}` in its pickle is no tensor; a file of weights alone is read"));
                }
                _ => return Err("its pickle holds no dictionary of tensors".into()),
            }
        }
        Ok(out)
    }

    fn step(&mut self, code: u8) -> Result<(), String> {
        match code {
            0x80 => {
                self.byte()?;
            }
            0x95 => {
                self.take(8)?;
            }
            b'N' => self.push(Value::None),
            0x88 => self.push(Value::Integer(1)),
            0x89 => self.push(Value::Integer(0)),
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.push(Value::Integer(number.into()));
            }
            b'K' => {
                let number = self.byte()?;
                self.push(Value::Integer(number.into()));
            }
            b'M' => {
                let number = u16::from_le_bytes(self.array()?);
                self.push(Value::Integer(number.into()));
            }
            0x8a => self.long()?,
            b'G' => {
                self.take(8)?;
                self.push(Value::Other);
            }
            b'X' => self.text(4)?,
            0x8c => self.text(1)?,
            0x8d => self.text(8)?,
            b'(' => self.marks.push(self.stack.len()),
            b')' => self.push(Value::Tuple(Vec::new())),
            b']' => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dictionary(Vec::new())),
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Value::Tuple(items));
            }
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(code - 0x84))?;
                self.push(Value::Tuple(items));
            }
            b'a' | b'e' => {
                let items = if code == b'a' { self.pop_many(1)? } else { self.pop_to_mark()? };
                match self.top()? {
                    Value::List(list) => list.extend(items),
                    _ => return Err(CUT.into()),
                }
            }
            b's' | b'u' => {
                let items = if code == b's' { self.pop_many(2)? } else { self.pop_to_mark()? };
                match self.top()? {
                    Value::Dictionary(entries) => entries.extend(items.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value))),
                    _ => return Err(CUT.into()),
                }
            }
            b'q' | b'r' | 0x94 => {
                let place = match code {
                    b'q' => self.byte()?.into(),
                    b'r' => u32::from_le_bytes(self.array()?).into(),
                    _ => self.memo.len() as u64,
                };
                let top = *self.stack.last().ok_or(CUT)?;
                self.memo.insert(place, top);
            }
            b'h' | b'j' => {
                let place = if code == b'h' { u64::from(self.byte()?) } else { u32::from_le_bytes(self.array()?).into() };
                let id = *self.memo.get(&place).ok_or(CUT)?;
                self.stack.push(id);
            }
            // What is set on an object that is known here says nothing of its tensors.
            b'0' | b'b' => {
                self.pop()?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.name(&module, &name)?;
            }
            0x93 => {
                let parts = self.pop_many(2)?;
                let [Some(Value::Text(module)), Some(Value::Text(name))] =
                    [0, 1].map(|at| parts.get(at).and_then(|id| self.values.get(*id)))
                else {
                    return Err(CUT.into());
                };
                let (module, name) = (Rc::clone(module), Rc::clone(name));
                self.name(&module, &name)?;
            }
            b'Q' => self.stored()?,
            b'R' => self.call()?,
            other => return Err(format!("its pickle has the instruction 0x{other:02x}, which no file of weights needs; nothing was run")),
        }
        Ok(())
    }

    /// A number of any length; those that matter have eight bytes at most.
    fn long(&mut self) -> Result<(), String> {
        let length = usize::from(self.byte()?);
        let bytes = self.take(length)?;
        if length > 8 {
            self.push(Value::Other);
            return Ok(());
        }
        let fill = if bytes.last().is_some_and(|last| last & 0x80 != 0) { 0xff } else { 0 };
        let mut wide = [fill; 8];
        wide.iter_mut().zip(bytes).for_each(|(wide, byte)| *wide = *byte);
        self.push(Value::Integer(i64::from_le_bytes(wide)));
        Ok(())
    }

    fn text(&mut self, width: usize) -> Result<(), String> {
        let mut length = [0; 8];
        length.iter_mut().zip(self.take(width)?).for_each(|(to, from)| *to = *from);
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(|_| CUT)?;
        let text = String::from_utf8_lossy(self.take(length)?).into();
        self.push(Value::Text(text));
        Ok(())
    }

    fn name(&mut self, module: &str, name: &str) -> Result<(), String> {
        if module.len() + name.len() > LONGEST_NAME {
            return Err(CUT.into());
        }
        self.push(Value::Name(format!("{module} {name}").into()));
        Ok(())
    }

    /// A persistent id: `('storage', type, key, location, numbers)`.
    fn stored(&mut self) -> Result<(), String> {
        let id = self.pop()?;
        let Some(Value::Tuple(parts)) = self.values.get(id) else { return Err(CUT.into()) };
        let part = |at: usize| parts.get(at).and_then(|id| self.values.get(*id));
        let (Some(Value::Text(what)), Some(Value::Name(kind)), Some(Value::Text(key))) = (part(0), part(1), part(2)) else {
            return Err(CUT.into());
        };
        let kind = kind.strip_prefix("torch ").filter(|_| &**what == "storage").ok_or_else(|| refused(kind))?;
        let storage = Value::Storage { kind: kind.into(), key: Rc::clone(key) };
        self.push(storage);
        Ok(())
    }

    fn call(&mut self) -> Result<(), String> {
        let parts = self.pop_many(2)?;
        let [function, arguments] = [0, 1].map(|at| parts.get(at).and_then(|id| self.values.get(*id)));
        let (Some(Value::Name(function)), Some(Value::Tuple(arguments))) = (function, arguments) else {
            return Err(CUT.into());
        };
        if arguments.len() > MOST_ARGUMENTS {
            return Err(CUT.into());
        }
        let (function, arguments) = (Rc::clone(function), arguments.clone());
        match &*function {
            "collections OrderedDict" if arguments.is_empty() => self.push(Value::Dictionary(Vec::new())),
            "torch._utils _rebuild_tensor_v2" => {
                let tensor = self.tensor(&arguments)?;
                self.push(Value::Tensor(tensor));
            }
            // A parameter is its tensor.
            "torch._utils _rebuild_parameter" => {
                let tensor = *arguments.first().ok_or(CUT)?;
                self.stack.push(tensor);
            }
            "torch Size" => {
                let sizes = *arguments.first().ok_or(CUT)?;
                self.stack.push(sizes);
            }
            other => return Err(refused(other)),
        }
        Ok(())
    }

    fn tensor(&self, arguments: &[Id]) -> Result<Described, String> {
        let argument = |at: usize| arguments.get(at).and_then(|id| self.values.get(*id));
        let numbers = |at: usize| -> Option<Vec<u64>> {
            let Some(Value::Tuple(items)) =
                argument(at).filter(|value| matches!(value, Value::Tuple(items) if items.len() <= MAX_DIMENSIONS))
            else {
                return None;
            };
            let number = |id: &Id| match self.values.get(*id) {
                Some(Value::Integer(number)) => u64::try_from(*number).ok(),
                _ => None,
            };
            items.iter().map(number).collect()
        };
        let (Some(Value::Storage { kind, key }), Some(Value::Integer(offset))) = (argument(0), argument(1)) else {
            return Err(CUT.into());
        };
        let (shape, strides) = (numbers(2).ok_or(CUT)?, numbers(3).ok_or(CUT)?);
        if shape.len() != strides.len() {
            return Err(CUT.into());
        }
        let mut expected = 1u64;
        let mut contiguous = true;
        for (size, stride) in shape.iter().zip(&strides).rev() {
            contiguous &= *size <= 1 || *stride == expected;
            expected = expected.checked_mul(*size).filter(|elements| *elements < 1 << 48).ok_or(CUT)?;
        }
        Ok(Described {
            storage_type: Rc::clone(kind),
            key: Rc::clone(key),
            offset: u64::try_from(*offset).map_err(|_| CUT)?,
            shape: shape.into_iter().map(|size| usize::try_from(size).unwrap_or(usize::MAX)).collect(),
            contiguous,
        })
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.values.len());
        self.values.push(value);
    }

    fn pop(&mut self) -> Result<Id, String> {
        let above_mark = self.marks.last().is_none_or(|mark| self.stack.len() > *mark);
        self.stack.pop().filter(|_| above_mark).ok_or_else(|| CUT.into())
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, String> {
        let mut out = (0..count).map(|_| self.pop()).collect::<Result<Vec<_>, _>>()?;
        out.reverse();
        Ok(out)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().filter(|mark| *mark <= self.stack.len()).ok_or(CUT)?;
        Ok(self.stack.split_off(mark))
    }

    fn top(&mut self) -> Result<&mut Value, String> {
        let id = *self.stack.last().ok_or(CUT)?;
        self.values.get_mut(id).ok_or_else(|| CUT.into())
    }

    fn take(&mut self, length: usize) -> Result<&'p [u8], String> {
        let end = self.at.checked_add(length).ok_or(CUT)?;
        let bytes = self.program.get(self.at..end).ok_or(CUT)?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N)?.first_chunk().copied().ok_or_else(|| CUT.into())
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.array().map(|[byte]| byte)
    }

    fn line(&mut self) -> Result<String, String> {
        let rest = self.program.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'\n').ok_or(CUT)?;
        let line = self.take(length)?;
        self.at += 1;
        Ok(String::from_utf8_lossy(line).into_owned())
    }
}

fn refused(name: &str) -> String {
    format!("its pickle asks for `{}`, which no file of weights needs; nothing was run", name.replace(' ', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(program: &[u8], expected: &str) {
        let error = tensors(program).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn nothing_is_called() {
        check_refused(
            b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.",
            "asks for `posix.system`, which no file of weights needs; nothing was run",
        );
        check_refused(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x01x\x85R.", "asks for `builtins.eval`");
        check_refused(b"\x80\x02(S'ls'\nios\nsystem\n.", "instruction 0x53");
        check_refused(b"\x80\x02cos\nsystem\n)\x81.", "instruction 0x81");
    }

    #[test]
    fn what_is_cut_is_refused() {
        for program in
            [&b""[..], b"\x80", b"\x80\x02}", b"\x80\x02X\xff\xff\xff\xffab.", b"u.", b"h\x01.", b"\x80\x02}(\x30.", b"]}s.", b"cos"]
        {
            check_refused(program, "its pickle is cut short or corrupt");
        }
        check_refused(b"\x80\x02N.", "holds no dictionary of tensors");
        check_refused(b"\x80\x02}X\x01\0\0\0aNs.", "`a` in its pickle is no tensor");
        assert_eq!(tensors(b"\x80\x02}."), Ok(BTreeMap::new()));
    }
}

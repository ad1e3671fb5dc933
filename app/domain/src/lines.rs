//! Values as lines of text: the form in which the server hands words and records to the browser.
//!
//! One scalar is one line, in the order of the fields; a list starts with its length, an option with `+` or `-`, an
//! enum with the number of its variant. The text does not name its fields, so both ends must be of one build: the
//! bundle and the pages of that build. It is for nothing that is stored or shown to programs; those get JSON.
//!
//! Why not JSON: a reader of JSON brings numbers with fractions, messages about every mistake and fields in any order,
//! which alone weighs a fifth of the browser's code. Text that stands here was written by [`write`].

use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::ser;

/// A value has no form as lines, or lines are not the form of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not the lines of this value")
    }
}

impl std::error::Error for Unfit {}

impl ser::Error for Unfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }
}

/// The lines of a value.
///
/// # Errors
/// When the value holds a list whose length is not known beforehand.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, Unfit> {
    let mut writer = Writer { text: String::new() };
    value.serialize(&mut writer)?;
    Ok(writer.text)
}

/// The value of lines that [`write`] made.
///
/// # Errors
/// When they are not the lines of such a value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unfit> {
    let mut reader = Reader { rest: text };
    let value = T::deserialize(&mut reader)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(Unfit) }
}

struct Writer {
    text: String,
}

impl Writer {
    fn line(&mut self, scalar: &impl fmt::Display) -> Result<(), Unfit> {
        use fmt::Write as _;
        writeln!(self.text, "{scalar}").map_err(|_| Unfit)
    }

    fn length(&mut self, length: Option<usize>) -> Result<&mut Self, Unfit> {
        self.line(&length.ok_or(Unfit)?)?;
        Ok(self)
    }
}

macro_rules! written_plainly {
    ($($name:ident: $type:ty),+) => {$(
        fn $name(self, scalar: $type) -> Result<(), Unfit> {
            self.line(&scalar)
        }
    )+};
}

impl<'a> ser::Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = &'a mut Writer;
    type SerializeTuple = &'a mut Writer;
    type SerializeTupleStruct = &'a mut Writer;
    type SerializeTupleVariant = &'a mut Writer;
    type SerializeMap = &'a mut Writer;
    type SerializeStruct = &'a mut Writer;
    type SerializeStructVariant = &'a mut Writer;

    written_plainly! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, yes: bool) -> Result<(), Unfit> {
        self.line(&u8::from(yes))
    }

    fn serialize_f32(self, _: f32) -> Result<(), Unfit> {
        Err(Unfit)
    }

    fn serialize_f64(self, _: f64) -> Result<(), Unfit> {
        Err(Unfit)
    }

    fn serialize_char(self, letter: char) -> Result<(), Unfit> {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Unfit> {
        for letter in text.chars() {
            match letter {
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                other => self.text.push(other),
            }
        }
        self.text.push('\n');
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Unfit> {
        let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.line(&hexadecimal)
    }

    fn serialize_none(self) -> Result<(), Unfit> {
        self.line(&'-')
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        self.line(&'+')?;
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Unfit> {
        self.line(&index)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        self.line(&index)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unfit> {
        self.length(length)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unfit> {
        self.line(&index)?;
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Unfit> {
        self.length(length)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unfit> {
        self.line(&index)?;
        Ok(self)
    }
}

macro_rules! written_in_order {
    ($($shape:ident: $($part:ident),+;)+) => {$(
        impl ser::$shape for &mut Writer {
            type Ok = ();
            type Error = Unfit;
            $(fn $part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
                value.serialize(&mut **self)
            })+
            fn end(self) -> Result<(), Unfit> {
                Ok(())
            }
        }
    )+};
}

written_in_order! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
    SerializeMap: serialize_key, serialize_value;
}

macro_rules! written_as_fields {
    ($($shape:ident),+) => {$(
        impl ser::$shape for &mut Writer {
            type Ok = ();
            type Error = Unfit;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Unfit> {
                value.serialize(&mut **self)
            }
            /// A field that is left out could not be found again.
            fn skip_field(&mut self, _: &'static str) -> Result<(), Unfit> {
                Err(Unfit)
            }
            fn end(self) -> Result<(), Unfit> {
                Ok(())
            }
        }
    )+};
}

written_as_fields!(SerializeStruct, SerializeStructVariant);

struct Reader<'de> {
    rest: &'de str,
}

impl<'de> Reader<'de> {
    fn line(&mut self) -> Result<&'de str, Unfit> {
        let (line, rest) = self.rest.split_once('\n').ok_or(Unfit)?;
        self.rest = rest;
        Ok(line)
    }

    fn number<N: std::str::FromStr>(&mut self) -> Result<N, Unfit> {
        self.line()?.parse().map_err(|_| Unfit)
    }

    fn text(&mut self) -> Result<String, Unfit> {
        let line = self.line()?;
        let mut text = String::with_capacity(line.len());
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            text.push(match letter {
                '\\' => match letters.next() {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('\\') => '\\',
                    _ => return Err(Unfit),
                },
                other => other,
            });
        }
        Ok(text)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Unfit> {
        let digits = self.line()?.as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(Unfit);
        digits
            .chunks(2)
            .map(|pair| {
                let [high, low] = pair else { return Err(Unfit) };
                u8::try_from(digit(*high)? * 16 + digit(*low)?).map_err(|_| Unfit)
            })
            .collect()
    }
}

macro_rules! read_as_number {
    ($($name:ident: $type:ty, $visit:ident;)+) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.$visit(self.number::<$type>()?)
        }
    )+};
}

macro_rules! not_read {
    ($($name:ident),+) => {$(
        fn $name<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
            Err(Unfit)
        }
    )+};
}

impl<'de> de::Deserializer<'de> for &mut Reader<'de> {
    type Error = Unfit;

    read_as_number! {
        deserialize_i8: i8, visit_i8;
        deserialize_i16: i16, visit_i16;
        deserialize_i32: i32, visit_i32;
        deserialize_i64: i64, visit_i64;
        deserialize_u8: u8, visit_u8;
        deserialize_u16: u16, visit_u16;
        deserialize_u32: u32, visit_u32;
        deserialize_u64: u64, visit_u64;
    }

    // What needs a form that describes itself.
    not_read!(
        deserialize_any,
        deserialize_ignored_any,
        deserialize_identifier,
        deserialize_f32,
        deserialize_f64
    );

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_bool(self.number::<u8>()? == 1)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_byte_buf(self.bytes()?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_byte_buf(self.bytes()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        match self.line()? {
            "+" => visitor.visit_some(self),
            "-" => visitor.visit_none(),
            _ => Err(Unfit),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let left = self.number()?;
        visitor.visit_seq(Parts { reader: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(Parts { reader: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(Parts { reader: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let left = self.number()?;
        visitor.visit_map(Parts { reader: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(Parts { reader: self, left: fields.len() })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_enum(Variant { reader: self })
    }
}

/// The parts of a list, a map or a record that are still to be read.
struct Parts<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Unfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unfit> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for Parts<'_, 'de> {
    type Error = Unfit;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Unfit> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unfit> {
        seed.deserialize(&mut *self.reader)
    }
}

struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Unfit> {
        let index: u32 = self.reader.number()?;
        let variant = seed.deserialize(IntoDeserializer::<Unfit>::into_deserializer(index))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Unfit> {
        seed.deserialize(self.reader)
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(Parts { reader: self.reader, left })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(Parts { reader: self.reader, left: fields.len() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::ids::ProductId;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Shape {
        Empty,
        One(String),
        Two(u8, i64),
        Named { yes: bool, inner: Box<Shape> },
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Whole {
        words: Vec<String>,
        by_name: BTreeMap<String, Option<u32>>,
        shape: Shape,
        letter: char,
        pair: (bool, i32),
    }

    fn any_shape() -> impl Strategy<Value = Shape> {
        let leaf = prop_oneof![
            Just(Shape::Empty),
            any::<String>().prop_map(Shape::One),
            any::<(u8, i64)>().prop_map(|(one, two)| Shape::Two(one, two)),
        ];
        leaf.prop_recursive(3, 8, 1, |inner| {
            (any::<bool>(), inner).prop_map(|(yes, inner)| Shape::Named { yes, inner: Box::new(inner) })
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_went(
            words in proptest::collection::vec(any::<String>(), 0..4),
            by_name in proptest::collection::btree_map(any::<String>(), any::<Option<u32>>(), 0..4),
            shape in any_shape(),
            letter in any::<char>(),
            pair in any::<(bool, i32)>(),
        ) {
            let whole = Whole { words, by_name, shape, letter, pair };
            let text = write(&whole).unwrap();
            prop_assert_eq!(read::<Whole>(&text).unwrap(), whole);
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in any::<String>()) {
            let _ = read::<Whole>(&text);
        }
    }

    #[test]
    fn identifiers_come_back_as_they_went() {
        let product = ProductId::from(uuid::Uuid::from_u128(0x0190_7a3c_0000_7000_8000_0000_0000_00ff));
        let text = write(&product).unwrap();
        assert_eq!(text, "01907a3c0000700080000000000000ff\n");
        assert_eq!(read::<ProductId>(&text), Ok(product));
    }

    #[test]
    fn a_cut_or_longer_text_is_refused() {
        let text = write(&("one", 2_u8)).unwrap();
        assert_eq!(read::<(String, u8)>(&text), Ok(("one".to_owned(), 2)));
        assert_eq!(read::<(String, u8)>("one\n"), Err(Unfit));
        assert_eq!(read::<(String, u8)>(&format!("{text}3\n")), Err(Unfit));
    }
}

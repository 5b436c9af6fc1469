//! medical_aid

"""Committees, the two trees and experts."""

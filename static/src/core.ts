/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * core.ts - the shell, as what every page stands on. build.sh has the bundler see this behind each
 * module: all of the shell is then reached from every page alike and lands in one chunk. Without it
 * each set of modules that some pages share is a chunk of its own, fourteen at the start, and a
 * browser asks for six at a time. Nothing imports it by hand.
 */
import "./app";

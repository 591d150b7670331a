/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DW_TESTS_CONTRACT_H
#define DW_TESTS_CONTRACT_H
/*
 * What every body of the journal must do: the invariants (1) to (6) of store/journal.h as
 * cmocka tests whose state is a `struct rig *` with an open journal.
 */
void contract_numbers(void **state);
void contract_empty_append(void **state);
void contract_times(void **state);
void contract_envelope(void **state);
void contract_tree(void **state);
void contract_order_of_calls(void **state);
void contract_duplicates(void **state);
void contract_duplicates_in_one_append(void **state);
void contract_conflicts(void **state);
void contract_moves(void **state);
void contract_also(void **state);
void contract_also_failing(void **state);
void contract_scan(void **state);
void contract_many_in_flight(void **state);
void contract_closing(void **state);

#define CONTRACT(setup, teardown)                                                        \
	cmocka_unit_test_setup_teardown(contract_numbers, setup, teardown),              \
		cmocka_unit_test_setup_teardown(contract_empty_append, setup, teardown), \
		cmocka_unit_test_setup_teardown(contract_times, setup, teardown),        \
		cmocka_unit_test_setup_teardown(contract_envelope, setup, teardown),     \
		cmocka_unit_test_setup_teardown(contract_tree, setup, teardown),         \
		cmocka_unit_test_setup_teardown(contract_order_of_calls, setup,          \
						teardown),                               \
		cmocka_unit_test_setup_teardown(contract_duplicates, setup, teardown),   \
		cmocka_unit_test_setup_teardown(contract_duplicates_in_one_append,       \
						setup, teardown),                        \
		cmocka_unit_test_setup_teardown(contract_conflicts, setup, teardown),    \
		cmocka_unit_test_setup_teardown(contract_moves, setup, teardown),        \
		cmocka_unit_test_setup_teardown(contract_also, setup, teardown),         \
		cmocka_unit_test_setup_teardown(contract_also_failing, setup, teardown), \
		cmocka_unit_test_setup_teardown(contract_scan, setup, teardown),         \
		cmocka_unit_test_setup_teardown(contract_many_in_flight, setup,          \
						teardown),                               \
		cmocka_unit_test_setup_teardown(contract_closing, setup, teardown)

#endif

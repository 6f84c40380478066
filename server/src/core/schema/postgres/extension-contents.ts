/** What an extension brings, as names with blanks between them. Of functions with overloads the most volatile one counts. */
export interface ExtensionContents {
  readonly types?: string;
  readonly immutable?: string;
  readonly stable?: string;
  readonly volatile?: string;
}

/**
 * Extensions that come with PostgreSQL and have functions or types that schemas use, read off a server by
 * scripts/generate-extensions.mjs. Do not edit by hand.
 */
export const EXTENSION_CONTENTS: Readonly<Record<string, ExtensionContents>> = {
  citext: {
    types: `citext`,
    immutable: `
      citext citext_cmp citext_eq citext_ge citext_gt citext_hash citext_hash_extended citext_larger citext_le citext_lt citext_ne
      citext_pattern_cmp citext_pattern_ge citext_pattern_gt citext_pattern_le citext_pattern_lt citext_smaller citextin citextout
      max min regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table replace split_part strpos
      texticlike texticnlike texticregexeq texticregexne translate`,
    stable: `citextsend`,
  },
  cube: {
    types: `cube`,
    immutable: `
      cube cube_cmp cube_contained cube_contains cube_coord cube_coord_llur cube_dim cube_distance cube_enlarge cube_eq cube_ge
      cube_gt cube_in cube_inter cube_is_point cube_le cube_ll_coord cube_lt cube_ne cube_out cube_overlap cube_send cube_size
      cube_subset cube_union cube_ur_coord distance_chebyshev distance_taxicab`,
  },
  fuzzystrmatch: {
    immutable: `difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal metaphone soundex text_soundex`,
  },
  hstore: {
    types: `ghstore hstore`,
    immutable: `
      akeys avals defined delete each exist exists_all exists_any fetchval ghstore_in ghstore_out hs_concat hs_contained hs_contains
      hstore hstore_cmp hstore_eq hstore_ge hstore_gt hstore_hash hstore_hash_extended hstore_in hstore_le hstore_lt hstore_ne
      hstore_out hstore_send hstore_to_array hstore_to_json hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose
      hstore_to_matrix hstore_version_diag isdefined isexists populate_record skeys slice slice_array svals tconvert`,
  },
  intarray: {
    types: `intbig_gkey query_int`,
    immutable: `
      _int_contained _int_contains _int_different _int_inter _int_overlap _int_same _int_union _intbig_in _intbig_out boolop
      bqarr_in bqarr_out icount idx intarray_del_elem intarray_push_array intarray_push_elem intset intset_subtract
      intset_union_elem querytree rboolop sort sort_asc sort_desc subarray uniq`,
  },
  isn: {
    types: `ean13 isbn isbn13 ismn ismn13 issn issn13 upc`,
    immutable: `
      btean13cmp btisbn13cmp btisbncmp btismn13cmp btismncmp btissn13cmp btissncmp btupccmp ean13_in ean13_out hashean13 hashisbn
      hashisbn13 hashismn hashismn13 hashissn hashissn13 hashupc is_valid isbn isbn13 isbn13_in isbn_in ismn ismn13 ismn13_in
      ismn_in isn_out isn_weak isneq isnge isngt isnle isnlt isnne issn issn13 issn13_in issn_in make_valid upc upc_in`,
  },
  ltree: {
    types: `lquery ltree ltree_gist ltxtquery`,
    immutable: `
      _lt_q_regex _lt_q_rregex _ltq_extract_regex _ltq_regex _ltq_rregex _ltree_extract_isparent _ltree_extract_risparent
      _ltree_isparent _ltree_r_isparent _ltree_r_risparent _ltree_risparent _ltxtq_exec _ltxtq_extract_exec _ltxtq_rexec index lca
      lquery_in lquery_out lquery_send lt_q_regex lt_q_rregex ltq_regex ltq_rregex ltree2text ltree_addltree ltree_addtext ltree_cmp
      ltree_eq ltree_ge ltree_gist_in ltree_gist_out ltree_gt ltree_in ltree_isparent ltree_le ltree_lt ltree_ne ltree_out
      ltree_risparent ltree_send ltree_textadd ltxtq_exec ltxtq_in ltxtq_out ltxtq_rexec ltxtq_send nlevel subltree subpath
      text2ltree`,
  },
  pg_trgm: {
    types: `gtrgm`,
    immutable: `
      gtrgm_in gtrgm_out show_trgm similarity similarity_dist strict_word_similarity strict_word_similarity_dist_commutator_op
      strict_word_similarity_dist_op word_similarity word_similarity_dist_commutator_op word_similarity_dist_op`,
    stable: `show_limit similarity_op strict_word_similarity_commutator_op strict_word_similarity_op word_similarity_commutator_op word_similarity_op`,
    volatile: `set_limit`,
  },
  pgcrypto: {
    immutable: `
      armor crypt dearmor decrypt decrypt_iv digest encrypt encrypt_iv hmac pgp_armor_headers pgp_key_id pgp_pub_decrypt
      pgp_pub_decrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea`,
    volatile: `gen_random_bytes gen_random_uuid gen_salt pgp_pub_encrypt pgp_pub_encrypt_bytea pgp_sym_encrypt pgp_sym_encrypt_bytea`,
  },
  tablefunc: {
    stable: `connectby crosstab crosstab2 crosstab3 crosstab4`,
    volatile: `normal_rand`,
  },
  unaccent: {
    stable: `unaccent`,
  },
  'uuid-ossp': {
    immutable: `uuid_generate_v3 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_oid uuid_ns_url uuid_ns_x500`,
    volatile: `uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4`,
  },
};

import { expect, test } from 'vitest'
import { migrationsFor } from '../../../migrations/index.ts'
import { ddlWords, type Engine } from '../../../src/store/dialect.ts'
import { checksumOf } from '../../../src/store/migration/migration-checksum.ts'

/**
 * What has been released is in somebody's database, which will refuse to start with anything else. A line that turns
 * red means that a migration does something new: write another one instead. Only while it has not been released, and
 * with databases that may be thrown away, its line may follow it. A library that words its SQL anew turns all of them
 * red, and must not be taken in as it is.
 */
const CHECKSUMS: Record<Engine, Record<string, string>> = {
  sqlite: {
    '20261122T0900_create_schema': 'd575e655f5745560290794d3bb19a03ca420d6768eefa001c869fd51a94eaf9d',
    '20261123T0900_add_gap_repair_and_rhythm': '399a815a0b3fb49a540dd96abdfdadd8599b3b7e265f2b483e86ee9f97daf0be',
    '20261124T0900_add_attribution_evidence': 'd49f06dce5e30e791433dd15869266927c5a25b568eb7e7ca5bd5a7d73569059',
    '20261125T0900_add_first_deployments': '30103d36c597320d3e8b872beb7b47d996cab723b9532aeee9c141c5f316c388',
    '20261203T0900_versions_and_regressions': 'f554b160e084ebd4dbf956d0b65ff0d9d4fe942547d902ffcccb71ec802a98d7',
    '20261204T0900_add_attribution_model': 'ed2cf662c91ce74b28080734fb193ff4c5a115c00d513af21c66ef464942a674',
    '20261205T0900_add_defect_times': '6f1bb5ef5d61642b5c9357176f7bc5536f1e33d22e2c0661adf270f36205509c',
    '20261206T0900_add_session_counts': '40d572dea387b4d16d63f7a126f9217cd193561ead70367c2e8c0a077909ee49',
    '20261207T0900_add_service_rules': '87d2194fe221d36b2af53aa9c10933fb504b86f789e431f79393c490716f13fc',
    '20261208T0900_add_severity_words': 'c679db0244dabc07422f717f240e941c3cf1a491fcc235ea1d16cfdc3745dfad',
    '20261209T0900_add_source_mappings': 'a902fefdbe7b711d7cab0f8503af2c3b923c98937dcd3d9673ff48b145ac7ec3',
    '20261210T0900_attribute_without_service': 'b0a951985a467203ca098e92d281f4f1cdf7935804536eaf31c28cf8296bae9c',
    '20261211T0900_add_defect_identity': '8689cbaaecca260a8ee9d1bfc26318c64fa520bd6d81a4de6661866b7de49c58',
    '20261211T1000_add_identity_rules': 'b40ef912809facba2d0af35fda8be7a7f2758d07288eb8f5f3298820dc336c20',
    '20261212T0900_add_receiving_records': '30a4c4d336ed7e968f924b2a23abdbb8504eb4893eab10851b927e68850ef450',
    '20261213T0900_add_trend_counts': '650a20461399915938333706bedea9341b52edd6639c4095ea568587f2cf9a43',
    '20261214T0900_add_freezes_and_planned_dates': '02c51389698c9defddb7d8edc665762103dfe1efbe8759bf6a382bb3cc210437',
    '20261215T0900_add_time_zone': '57a23bf0040c2597f770f1f0d62cfe082aaaa8f005ecacae16db582283608d72',
    '20261215T1000_add_title_words': '208520fb3d6114583b3da8b10551c78ea5794a993101398f44e30011d802622b',
    '20261215T1100_add_saved_views': 'e0a8c225e3596ee19f2876c9890bc45f6cbcdd658bc6da0b6c1c39223c19e963',
    '20261216T0900_add_emergency_releases': '85b4ac429b5718d1024df3ce54226f0d368f01137985089cc1296fbeaa7c056b',
    '20261217T0900_add_notifications': 'bc05505e05d6233a29cbcaec18050f953e47739318da233f8c60b6715ef4b6f5',
    '20261217T1000_add_rules_and_on_call': '708747cab296efaf3c1eeb4736eaac65f4cb35ffb075d4b86887a165eb247e55',
    '20261217T1100_add_limits_and_links': '1178e3c57c7c69e34a55dc3241739897af85bc34c659d1992aeaffdacd18233b',
    '20261217T1200_add_sign_in_ways': '7b9dc302baea130871634b470f08a5bb4a1eefd3c45d66c5434e7c1fb9655fad',
    '20261217T1300_add_audit_log': '21a6e8dfda9541289f1009f9ff47192ab65dc7dae032cc8d80367ad32269777f',
    '20261218T0900_add_reports': '8d48fc3c7f053618eb44311d6c831ee1f136cdbee0b44d9430f87606e1ee9a59',
    '20261218T1000_add_account_mail': 'a7be6f085b50c27900ca7c504c2cbf480a33154faee3d0a6bdbb8dd7e13f8b41',
    '20261218T1010_add_kept_forms': '884b959267c99c9ee85059d2ca170d4fca9fbf1d7fa04b855a4b1f5a071f9a82',
    '20261218T1100_add_lock_keys': '3404ced73fb87ecff4a84eba8298febea46962984f5c1d6c6f89d09c4da957c7',
    '20261218T1110_add_told_facts': 'd294c6bb5d23cff5a42ddeb6762c5eed7901fa0a139a2043c40c30c3b5f9dc30',
    '20261218T1300_add_delivery_indexes': '323c2d4b48ee298ea20849d40eb22512a982951327d48c5e458f9527af975abd',
    '20261219T1000_add_placement_index': '60e50d37f2be00fbdfd343b7bb1cd4f3ff84392c127db3a1d15e71c42fbaac9f',
    '20261219T1010_add_removal_index': 'd03bf62dbbe77144cb7568442db4d3341c5acbb61c1ac2b2a5b11d132638d51c',
    '20261219T1300_add_decided_tiers': '250156ecac22880e596cdd614acd2ae5bfb17d1427ee5f3a39561a6dfabeedcc',
    '20261220T1300_add_deployment_days': 'f425fb69ea15e077cecbd0d209ed14bc264c79a38b7fd861bc333beac9341665',
    '20261220T1500_attribute_overtaken_places_anew': '901757431339c69e5f1a60c0074d8e338b66c7c39b05a4db3a9de46899dbe4b5',
    '20261221T1300_count_unplaced_defects': 'f2fdd0ac46fe885ca63b1e4c965d35c974b8ce4e3b625e3b490cabc90abfc090',
    '20261221T1310_widen_closed_index': '9a091f4889f28aaa93adb8850a4263d0471d38ebefb191fbf8b7e956400a10d4',
    '20261222T0900_count_unplaced_by_service': '27ce9bf1292cc993f47f0a3bf0a39e8db11224685aa2c018f0af469a7073d12c',
    '20261222T1100_find_versions_after_letters': 'e628c8faba2d7d1e5f5a1a45ba96211355ab7ab04e289b59459d09e2803c22f0',
    '20261223T0900_index_unowned_defects': 'a1af5b13a150cef393392c65be3a0a33bf1bb6627aa55c8a4a18fcc31813a063',
    '20261223T1300_add_hidden_columns': '34e5a5a4d1fd5db05b218f8ea43400bb4da51e96e91c178de70334d14b7c68ed',
    '20261224T0300_count_open_defects': '56da9fba0abf0ecae240dfc2284907f9107ac7fe02f0d314a6994c65f753cf63',
    '20261225T0900_count_defects_by_hour': '69b6c7c523cc7b772d30e250a512d61769db1cb8fc7314ba7c46d0fad87fb268',
    '20261226T0900_keep_release_changes': 'ec2d7df4d903173024903a3f2b21843cfabe3428845bab6563d74b161b15c2dd',
  },
  postgres: {
    '20261122T0900_create_schema': 'f4c6bffe38f6bed8d2eac62a6c790b1801946d6cabf844109aac5aef55cfa100',
    '20261123T0900_add_gap_repair_and_rhythm': '51b2afc56f09582165bdb6ccc55edd828725fac4656ca23318b5fa6a36c15849',
    '20261124T0900_add_attribution_evidence': 'cfeea5b7578f65eefab3fb23d1e475b78f0be06f4f88bc45c87e6a2ab71be9cf',
    '20261125T0900_add_first_deployments': 'af271ea9b8f510a474e78f0496b675c8d3aececb9d4b8c9144518f7a047af487',
    '20261203T0900_versions_and_regressions': '77d912055b294519edd425f0ba11610a12f938a38bd32255a5e8cd54dbcffdbe',
    '20261204T0900_add_attribution_model': 'f7306d9d65ab2e23f838c42df8c9b2e6a461edb60f6dba1df2e16d012b42e69c',
    '20261205T0900_add_defect_times': 'db6462c4e038791b42fb0e62c8d25a00f675d9a3b1376e7c2159649c235a38bd',
    '20261206T0900_add_session_counts': '7ef9dfaa9133e78c03c2fc4f618f7d52485476715b6d36755690136d12ef8c34',
    '20261207T0900_add_service_rules': 'e693fd6dc9fedaf6ae8a3e5e96caca43467304ed39b3695de45083219f8da157',
    '20261208T0900_add_severity_words': 'dd6a8a807d6b34ae0b39a4e60f76aad1d9f4c3fed788108a3c9a845f93de2eb2',
    '20261209T0900_add_source_mappings': '90e00125fc0a8c35f1136267e0cf530e0b529d919df398f32dc9fa86bb5379d0',
    '20261210T0900_attribute_without_service': '99a2f626f1d096debabc9c96dc6f544c4b94e530180ae892327ab32aeda1550c',
    '20261211T0900_add_defect_identity': '8d2b2c514dfcad61190e214f438e85f40dae3d7b38c5128120098fc7db7f4833',
    '20261211T1000_add_identity_rules': 'f37318c6954095d5477cb8e74599790cd2f3701e067bfa1ccdf93fcaed050d07',
    '20261212T0900_add_receiving_records': '4c78fec8b0a1516f030ed2e3a551ef4f85586359e59fc015a1254c711ba60b7e',
    '20261213T0900_add_trend_counts': 'a533bf53e1f0e8ea54d3016fee7c9be0c1226db367a61afba48e38eac01a2fb1',
    '20261214T0900_add_freezes_and_planned_dates': '16f64d96d4fa460e0dceff8b34066191a56a28a4f81a90fcc0b5f27840b36e26',
    '20261215T0900_add_time_zone': '2c152ca4a4b1072b7d1727027ec3ffc00c030217c8cc44fa3c909b641395a669',
    '20261215T1000_add_title_words': '2479d04db819f3551c1675baef9e042b291601ee7b6c3b6bda8513101f9f0416',
    '20261215T1100_add_saved_views': 'a9fb2e819a22d1bfc83dce8f4bed08fc93eb5ceb28ef7b9120f71039bcdcfd31',
    '20261216T0900_add_emergency_releases': 'e139807cc680dbd96b2055e3b9ae0a8e3376f683ac1d503cb73380a590d36ec7',
    '20261217T0900_add_notifications': '276188b1149d9ebefa7d327ae15f5c4e3e9099fa8b3467cba10cce910bafa21a',
    '20261217T1000_add_rules_and_on_call': 'b72de8289de92b4be376a429bc55d7f07e86c1504593a2818dd215b7703122e9',
    '20261217T1100_add_limits_and_links': '081392c6b664a9abc21c9c0688148564894ff4f0579779fcb22c631bda44c0fb',
    '20261217T1200_add_sign_in_ways': '3d7445ddfa4a05b729c88d8ae2deb26724831ac95edda8fe83a8cebd689f4f2e',
    '20261217T1300_add_audit_log': 'e6a0ac32d34156d5d88377922ba96b5cf9276e00360229e9a7df37767f1c4ba0',
    '20261218T0900_add_reports': '6f844a2a53ab08f4a650122d609bf41c09e57ce1f5ead4d73dd824af572463d6',
    '20261218T1000_add_account_mail': '18ef0542ee3c68cb9711d4a1faec783eaf9d253bf34a6cae67dc3c6eaf574887',
    '20261218T1010_add_kept_forms': '6a9fa80a1ccbc08ea8674607998423e776e93752bf00ecf1eaa59cac7507261b',
    '20261218T1100_add_lock_keys': '4fec377fb262ca45d643c730cb8d6224ddeb0b9fcb46ac37ddb60c8fcb724ad4',
    '20261218T1110_add_told_facts': '5da451efae162a9547af0f8440612fd1937e329337a4c01dbd0b821e840a82f2',
    '20261218T1300_add_delivery_indexes': '323c2d4b48ee298ea20849d40eb22512a982951327d48c5e458f9527af975abd',
    '20261219T1000_add_placement_index': '60e50d37f2be00fbdfd343b7bb1cd4f3ff84392c127db3a1d15e71c42fbaac9f',
    '20261219T1010_add_removal_index': 'd03bf62dbbe77144cb7568442db4d3341c5acbb61c1ac2b2a5b11d132638d51c',
    '20261219T1300_add_decided_tiers': '36e6fe29b63740a4834e92de5c8a045860c38bdc72e42b4d31bdfb2164b4c331',
    '20261220T1300_add_deployment_days': 'c5b408c5df96719ba98bcac9be2f6bab00de9c2f30115f07c05296ad3f973e87',
    '20261220T1500_attribute_overtaken_places_anew': '901757431339c69e5f1a60c0074d8e338b66c7c39b05a4db3a9de46899dbe4b5',
    '20261221T1300_count_unplaced_defects': 'e7869c5fef568d8ba6470b1c3133f434c11bf208911e18e995b44fd5073fe5c3',
    '20261221T1310_widen_closed_index': '9a091f4889f28aaa93adb8850a4263d0471d38ebefb191fbf8b7e956400a10d4',
    '20261222T0900_count_unplaced_by_service': '5d74da47ee533b3c5a3ac48ab55f1ffc938988eaa1069f13460cc9b1e76f7376',
    '20261222T1100_find_versions_after_letters': '6e083048a912df94ca4eba42e1726dc3dd044323c5f43381145370c88be732f2',
    '20261223T0900_index_unowned_defects': 'a1af5b13a150cef393392c65be3a0a33bf1bb6627aa55c8a4a18fcc31813a063',
    '20261223T1300_add_hidden_columns': '93f7f536726784aff21e7ee1565a9170682800ccfb37f625fd91271f47ccb6de',
    '20261224T0300_count_open_defects': 'd3b6501554c2bca8d2379d2eda5dccbf929de41a63a5b74f1c8faf7488946068',
    '20261225T0900_count_defects_by_hour': '97d3e372f466ccc0afc9159a30cecef096232c6ecbc1428510ab491e9c9658ed',
    '20261226T0900_keep_release_changes': '5073b73d0fc8b7e6a728060893e41aee1f130232f06780605406c5536e44c08c',
  },
}

for (const engine of ['sqlite', 'postgres'] as const)
  test(`migrations do what they always did (${engine})`, async () => {
    const checksums: Record<string, string> = {}
    for (const [name, migration] of Object.entries(migrationsFor(ddlWords[engine])))
      checksums[name] = await checksumOf(migration, engine)
    expect(checksums).toEqual(CHECKSUMS[engine])
  })
